package appointment

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"syscall"
	"testing"
	"time"

	"legekonsultasjon/core/durable"
)

func TestTheBookRemembers(t *testing.T) {
	path, key := bookPath(t), NewKey()
	if Exists(path) {
		t.Fatal("exists before it was made")
	}
	b := open(t, path, key)
	later, sooner := newDay(t, start.Add(time.Hour)).a, newDay(t, time.Time{}).a
	b.Put(later)
	b.Put(sooner)
	save(t, b)
	again := open(t, path, key)
	if got := again.All(); len(got) != 2 || !reflect.DeepEqual(got[0], sooner) || !reflect.DeepEqual(got[1], later) {
		t.Fatalf("%+v", got)
	}
	if _, ok := again.Find(later.Invitations[0].ID); !ok {
		t.Error("not found by its invitation")
	}
	data, _ := os.ReadFile(path)
	for _, secret := range []string{"pasient@example.no", "K. N.", string(later.Invitations[0].PIN.PIN)} {
		if bytes.Contains(data, []byte(secret)) {
			t.Errorf("the file shows %q", secret)
		}
	}
}

func TestABookThatCannotBeReadIsNeverOverwritten(t *testing.T) {
	path := bookPath(t)
	b := open(t, path, NewKey())
	b.Put(newDay(t, time.Time{}).a)
	save(t, b)
	before, _ := os.ReadFile(path)
	for _, key := range []string{NewKey(), "", "AAAA"} {
		book, err := OpenBook(path, key)
		var problem *BookError
		if book != nil || !errors.As(err, &problem) || problem.Code != CodeUnreadable {
			t.Fatalf("%v, %v", book, err)
		}
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) || !Exists(path) {
		t.Error("the file was touched")
	}
}

func TestThePreviousGenerationStepsIn(t *testing.T) {
	for name, damage := range map[string]func(path string){
		"cut off":   func(path string) { _ = os.Truncate(path, 40) },
		"one bit":   func(path string) { flip(t, path) },
		"lost":      func(path string) { _ = os.Remove(path) },
		"emptied":   func(path string) { _ = os.Truncate(path, 0) },
		"all zeros": func(path string) { _ = os.WriteFile(path, make([]byte, 4096), 0o600) },
	} {
		path, key := bookPath(t), NewKey()
		b := open(t, path, key)
		a := newDay(t, time.Time{}).a
		a.Invitations[0].Epoch = 7
		b.Put(a)
		save(t, b)
		b.Put(newDay(t, start.Add(time.Hour)).a)
		save(t, b)
		damage(path)
		again := open(t, path, key)
		if !again.Recovered() || len(again.All()) != 1 || again.All()[0].Invitations[0].Epoch <= 8 {
			t.Errorf("%s: recovered %v, %+v", name, again.Recovered(), again.All())
		}
		save(t, again)
		if third := open(t, path, key); third.Recovered() || len(third.All()) != 1 {
			t.Errorf("%s: not saved after the recovery", name)
		}
	}
}

func TestAFullDiskLosesNothing(t *testing.T) {
	path, key := bookPath(t), NewKey()
	full := true
	b, err := openBook(path, key, func(path, previous string, data []byte) error {
		if full {
			return fmt.Errorf("writing: %w", syscall.ENOSPC)
		}
		return durable.WriteKeeping(path, previous, data)
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Put(newDay(t, time.Time{}).a)
	var problem *BookError
	if err := b.Save(); !errors.As(err, &problem) || problem.Code != CodeDiskFull || !b.Dirty() || len(b.All()) != 1 {
		t.Fatalf("%v, dirty %v", err, b.Dirty())
	}
	full = false
	save(t, b)
	if b.Dirty() || len(open(t, path, key).All()) != 1 {
		t.Error("lost after there was room again")
	}
}

func TestWhatIsWipedIsInNeitherGeneration(t *testing.T) {
	path, key := bookPath(t), NewKey()
	b := open(t, path, key)
	d := newDay(t, time.Time{})
	b.Put(d.a)
	save(t, b)
	secret := d.a.Invitations[0].Secret
	d.does(0, Closed{Cancelled}, StatusCancelled)
	d.does(UndoWindow, Wiped{}, StatusCancelled)
	b.Put(d.a)
	if err := b.Scrub(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got := open(t, path, key).All()[0].Invitations[0].Secret; got == secret {
		t.Error("the secret is in the previous generation")
	}
	d.does(0, ServerForgot{}, StatusCancelled)
	b.Put(d.a)
	if !b.DropExpired(d.now.Add(Kept+time.Hour), Kept) || len(b.All()) != 0 {
		t.Error("kept for ever")
	}
}

func FuzzBookFile(f *testing.F) {
	f.Add([]byte(bookMark))
	f.Add([]byte(bookMark + "0123456789abcdef0123456789abcdef"))
	key := NewKey()
	f.Fuzz(func(t *testing.T, data []byte) {
		path := bookPath(t)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if b, err := OpenBook(path, key); err == nil || b != nil {
			t.Errorf("opened %q", data)
		}
	})
}

func bookPath(t *testing.T) string { return filepath.Join(t.TempDir(), "book") }

func open(t *testing.T, path, key string) *Book {
	t.Helper()
	b, err := OpenBook(path, key)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func save(t *testing.T, b *Book) {
	t.Helper()
	if err := b.Save(); err != nil {
		t.Fatal(err)
	}
}

func flip(t *testing.T, path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
