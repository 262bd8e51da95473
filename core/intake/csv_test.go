package intake_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"legekonsultasjon/core/intake"
)

// day is a list as a booking system saves it.
const day = "Dato;Kl.;Pasient;Mobil;E-post;Minutter;Merknad\r\n" +
	"23.11.2026;09:00;Åse Bø;987 65 432;;20;kne\r\n" +
	"23.11.2026;\"10.30\";\"Hansen; Ola\";;ola.hansen@eksempel.no;;\r\n" +
	";;;;;;\r\n" +
	"24.11.2026;1115;Per;+47 912 34 567;per@eksempel.no;45;\r\n"

func TestADayOfExcelInEveryCoding(t *testing.T) {
	latin, err := charmap.Windows1252.NewEncoder().String(day)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(day, ";", "\t"))
	if err != nil {
		t.Fatal(err)
	}
	for coding, text := range map[string]string{
		"utf-8": day, "utf-8 with a mark": "\uFEFF" + day, "windows-1252": latin, "utf-16": wide, "line feeds": strings.ReplaceAll(day, "\r\n", "\n"),
		"a line that names the sign": "sep=;\r\n" + day, "commas": strings.NewReplacer("Hansen; Ola", "Hansen; Ola", ";", ",").Replace(day),
		"a title above": "Timeliste Legesenteret Sentrum;;;;;;\r\n;;;;;;\r\n" + day,
	} {
		l, err := intake.Read([]byte(text), options())
		if err != nil || len(l.Rows) != 3 || len(l.Troubles) != 0 {
			t.Errorf("%s: %+v, %v", coding, l, err)
			continue
		}
		ase, ola, per := l.Rows[0], l.Rows[1], l.Rows[2]
		if ase.Name != "Åse Bø" || ase.Phone != "+4798765432" || !ase.At.Equal(at(23, 9, 0)) || ase.Length != 20*time.Minute || ase.Note != "kne" {
			t.Errorf("%s: %+v", coding, ase)
		}
		if !strings.HasPrefix(ola.Name, "Hansen") || ola.Email != "ola.hansen@eksempel.no" || !ola.At.Equal(at(23, 10, 30)) || ola.Length != 0 {
			t.Errorf("%s: %+v", coding, ola)
		}
		if per.Phone != "+4791234567" || per.Email != "per@eksempel.no" || !per.At.Equal(at(24, 11, 15)) || per.Length != 45*time.Minute {
			t.Errorf("%s: %+v", coding, per)
		}
	}
}

func TestOtherHeadings(t *testing.T) {
	for text, want := range map[string]time.Time{
		"Start,Phone\n2026-11-24T10:30,+4798765432":          at(24, 10, 30),
		"start time;mobile\n24.11.2026 kl. 10:30;98765432":   at(24, 10, 30),
		"Tid\tTlf.\n10:30-10:50\t98765432":                   at(23, 10, 30),
		"fra;til;telefonnummer\n10:30;10:50;4798765432":      at(23, 10, 30),
		"Dato,Tidspunkt,Mobilnummer\n24/11/26,1030,98765432": at(24, 10, 30),
	} {
		l, err := intake.ReadCSV([]byte(text), options())
		if err != nil || len(l.Rows) != 1 || !l.Rows[0].At.Equal(want) || l.Rows[0].Phone != "+4798765432" {
			t.Errorf("%q: %+v, %v", text, l, err)
		} else if strings.Contains(text, "10:50") && l.Rows[0].Length != 20*time.Minute {
			t.Errorf("%q: %v", text, l.Rows[0].Length)
		}
	}
}

func TestEachRowSaysWhatIsWrongWithIt(t *testing.T) {
	text := "dato;tid;navn;mobil;epost;varighet;språk\n"
	rows := []struct{ row, code string }{
		{"23.11.2026;10:00;Anne;98765432;;;", ""},
		{"23.11.2026;10:00;Anne;987 65 432;;;", intake.CodeTwiceInList},
		{"23.11.2026;08:00;A;98765432;;;", intake.CodeTimePast},
		{"31.11.2026;10:00;A;98765432;;;", intake.CodeTime},
		{"23.11.2026;25:00;A;98765432;;;", intake.CodeTime},
		{"23.11.2026;10:00;A;;;;", intake.CodeNobody},
		{"23.11.2026;10:00;A;9876543;;;", intake.CodePhoneTooShort},
		{"23.11.2026;10:00;A;987654321;;;", intake.CodePhoneTooLong},
		{"23.11.2026;10:00;A;22000000;;;", intake.CodePhoneFixed},
		{"23.11.2026;10:00;A;12345678;;;", intake.CodePhoneNotUnderstood},
		{"23.11.2026;10:00;A;4,79877E+10;;;", intake.CodePhoneMangled},
		{"23.11.2026;10:00;A;;ola(at)x.no;;", intake.CodeEmailNotUnderstood},
		{"23.11.2026;10:00;A;98765432;;lenge;", intake.CodeLength},
		{"23.11.2026;10:00;A;98765432;;;fransk", intake.CodeLanguage},
		{"23.11.2027;10:01;A;98765432;;;", intake.CodeTimeFar},
	}
	for _, r := range rows {
		text += r.row + "\n"
	}
	l, err := intake.ReadCSV([]byte(text), options())
	if err != nil || len(l.Rows) != 1 || len(l.Troubles) != len(rows)-1 {
		t.Fatalf("%+v, %v", l, err)
	}
	for _, trouble := range l.Troubles {
		if r := rows[trouble.Line-2]; r.code != trouble.Code {
			t.Errorf("line %d, %q: %s, want %s", trouble.Line, r.row, trouble.Code, r.code)
		}
	}
}

func TestFilesThatAreNoList(t *testing.T) {
	many := "tid;mobil\n"
	for i := range 501 {
		many += fmt.Sprintf("%02d:%02d;9%07d\n", 9+i/60, i%60, 1000000+i)
	}
	for want, text := range map[string]string{
		intake.CodeNoHeader: "98765432;10:30\n", intake.CodeNoRows: "tid;mobil\n", intake.CodeTooMany: many,
		intake.CodeTooBig: strings.Repeat("x", intake.MaxBytes+1), intake.CodeNotList: "PK\x03\x04\x00\x00tid;mobil",
	} {
		if _, err := intake.Read([]byte(text), options()); code(err) != want {
			t.Errorf("%.20q: %v, want %s", text, err, want)
		}
	}
	if _, err := intake.Read(nil, options()); code(err) != intake.CodeNoHeader {
		t.Error("nothing:", err)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte(day))
	f.Add([]byte("sep=,\nstart,phone,name\n2026-11-24T10:30,\"+47 98765432,x\n"))
	f.Add([]byte("\xFF\xFEt\x00i\x00d\x00;\x00m\x00o\x00b\x00i\x00l\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := intake.ReadCSV(data, options())
		sound(t, l, err)
	})
}

// sound is what holds for every list, whatever it was read from.
func sound(t *testing.T, l intake.List, err error) {
	t.Helper()
	if err != nil {
		if c := code(err); c == "" || strings.Contains(c, " ") {
			t.Errorf("an error without a code: %v", err)
		}
		return
	}
	if len(l.Rows) > intake.MaxRows || len(l.Troubles) > intake.MaxRows {
		t.Errorf("%d rows, %d troubles", len(l.Rows), len(l.Troubles))
	}
	for i, r := range l.Rows {
		if err := r.Check(now); err != nil {
			t.Errorf("row %+v: %v", r, err)
		}
		if i > 0 && r.At.Before(l.Rows[i-1].At) {
			t.Error("not by time")
		}
		if r.Phone != "" && !strings.HasPrefix(r.Phone, "+") {
			t.Errorf("number %q", r.Phone)
		}
	}
}
