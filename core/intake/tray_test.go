package intake_test

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"
	"time"

	"legekonsultasjon/core/intake"
)

const owner = "kari@eksempel.no https://video.example"

func key(b byte) string { return base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32)) }

func openTray(t *testing.T, path string, b byte) *intake.Tray {
	t.Helper()
	tray, err := intake.OpenTray(path, key(b))
	if err != nil {
		t.Fatal(err)
	}
	return tray
}

func row(uid, number string, at time.Time) intake.Row {
	return intake.Row{UID: uid, Request: intake.Request{Phone: number, Name: "Anne Bø", At: at}}
}

func TestTheTrayIsSealedAndKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "drafts")
	tray := openTray(t, path, 1)
	batch := intake.NewDraftID()
	if n := tray.Add(owner, batch, []intake.Row{row("", "+4798765432", at(24, 10, 0)), row("", "+4798765433", at(23, 10, 0))}); n != 2 {
		t.Fatal(n)
	}
	if err := tray.Save(); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(path); bytes.Contains(text, []byte("98765432")) || bytes.Contains(text, []byte("Anne")) {
		t.Error("the file can be read")
	}
	again := openTray(t, path, 1)
	drafts := again.Drafts(owner)
	if len(drafts) != 2 || drafts[0].Phone != "+4798765433" || !drafts[1].At.Equal(at(24, 10, 0)) || len(again.Drafts("another")) != 0 {
		t.Fatalf("%+v", drafts)
	}
	if n := again.Add(owner, intake.NewDraftID(), []intake.Row{row("", "+4798765432", at(24, 10, 0))}); n != 0 {
		t.Error("a row that is there was added again")
	}
	if n := again.RemoveBatch(batch); n != 2 || len(again.Drafts(owner)) != 0 {
		t.Error("undone:", n)
	}
	lost, err := intake.OpenTray(path, key(2))
	if err == nil || lost == nil || len(lost.Drafts(owner)) != 0 {
		t.Errorf("another key: %v, %v", lost, err)
	}
	if _, err := os.Stat(path + ".broken"); err != nil {
		t.Error("the file was not set aside:", err)
	}
}

func TestTheTrayFollowsACalendar(t *testing.T) {
	tray := openTray(t, filepath.Join(t.TempDir(), "drafts"), 1)
	if n := tray.Follow(owner, []intake.Row{row("a", "+4798765431", at(24, 9, 0)), row("b", "+4798765432", at(24, 10, 0))}); n != 2 {
		t.Fatal(n)
	}
	a := tray.Drafts(owner)[0]
	tray.Remove(a.ID) // invited
	moved := []intake.Row{row("a", "+4798765431", at(24, 9, 0)), row("b", "+4798765432", at(24, 8, 0)), row("c", "+4798765433", at(25, 9, 0))}
	if n := tray.Follow(owner, moved); n != 1 || len(tray.Drafts(owner)) != 2 || !tray.Drafts(owner)[0].At.Equal(at(24, 8, 0)) {
		t.Fatalf("%d, %+v", n, tray.Drafts(owner))
	}
	tray.PutBack(a)
	if tray.Follow(owner, nil); len(tray.Drafts(owner)) != 0 {
		t.Error("events that are gone stay")
	}
	tray.Follow(owner, moved)
	if !tray.Expire(at(25, 8, 0)) || len(tray.Drafts(owner)) != 1 {
		t.Errorf("the next day: %+v", tray.Drafts(owner))
	}
	tray.RemoveFollowed(owner)
	if len(tray.Drafts(owner)) != 0 {
		t.Error("what a calendar brought stays after it is forgotten")
	}
}
