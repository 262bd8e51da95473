package intake

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"time"
	"unicode"
)

// column is what a column of a list holds.
type column int

const (
	colDate column = iota
	colTime        // of day, or a whole moment
	colEnd
	colLength
	colPhone
	colEmail
	colName
	colFirstName
	colNote
	colLanguage
	columns
)

// columnNames are the headings that are understood, in small letters without spaces and signs.
func columnNames() map[string]column {
	names := map[string]column{}
	for c, all := range [columns]string{
		colDate:      "dato date dag day timedato startdato startdate avtaledato",
		colTime:      "tid time klokkeslett klokken klokka kl start starttid starttime fra from når at tidspunkt avtale avtaletid timestart",
		colEnd:       "slutt end sluttid endtime til to",
		colLength:    "varighet lengde lengd minutter minutt min length duration minutes",
		colPhone:     "telefon telefonnummer tlf tlfnr mobil mobilnummer mobiltelefon mobilnr phone phonenumber mobile mobilephone cell",
		colEmail:     "epost epostadresse email emailaddress mail mailadresse",
		colName:      "navn namn name pasient pasientnavn pasientnamn patient patientname initialer initials etternavn etternamn lastname surname",
		colFirstName: "fornavn fornamn firstname",
		colNote:      "notat note notater notes merknad kommentar comment årsak",
		colLanguage:  "språk sprak language lang målform",
	} {
		for _, name := range strings.Fields(all) {
			names[name] = column(c)
		}
	}
	return names
}

// ReadCSV reads rows of appointments with one line of headings, separated by semicolon, comma or tab, in UTF-8, UTF-16 or
// Windows-1252. A time and a number or address are needed; a date, where there is no column for it, is today. Rows that
// cannot be taken are Troubles; the others are. The error is an *Error.
func ReadCSV(data []byte, o Options) (List, error) {
	if len(data) > MaxBytes {
		return List{}, &Error{CodeTooBig, ""}
	}
	text, err := decode(data)
	if err != nil {
		return List{}, err
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return List{}, &Error{CodeNotList, ""} // a spreadsheet or a picture, not its text
	}
	comma, text := delimiter(text)
	in := csv.NewReader(bytes.NewReader(text))
	in.Comma, in.FieldsPerRecord, in.TrimLeadingSpace = comma, -1, comma != '\t'
	where, err := readHeader(in)
	if err != nil {
		return List{}, err
	}
	var l List
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) && len(l.Rows)+len(l.Troubles) == 0 {
			return l, &Error{CodeNoRows, ""}
		}
		if errors.Is(err, io.EOF) {
			return l, l.finish()
		}
		var broken *csv.ParseError
		switch {
		case errors.As(err, &broken):
			l.Troubles = append(l.Troubles, Trouble{Line: broken.StartLine, Code: CodeQuotes})
		case err != nil:
			return l, &Error{CodeUnread, ""}
		case strings.TrimSpace(strings.Join(record, "")) != "":
			line, _ := in.FieldPos(0)
			l.addRecord(record, where, line, o)
		}
		if len(l.Rows)+len(l.Troubles) > 2*MaxRows {
			return List{}, &Error{CodeTooMany, ""}
		}
	}
}

// delimiter finds what separates the fields of the first line that is no "sep=;", and returns the text from there.
func delimiter(text []byte) (rune, []byte) {
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	if s := strings.TrimSpace(string(first)); len(s) == 5 && strings.EqualFold(s[:4], "sep=") {
		if c := rune(s[4]); c == ';' || c == ',' || c == '|' {
			return c, rest
		}
	}
	best, most := ';', 0
	for _, c := range []rune{';', '\t', ',', '|'} {
		if n := bytes.Count(first, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best, text
}

// readHeader finds which column is where. Lines above the headings (a clinic's name, a date) are passed over.
func readHeader(in *csv.Reader) (map[column]int, error) {
	names := columnNames()
	for range 10 {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			continue
		}
		where := map[column]int{}
		for i, heading := range record {
			if c, ok := names[bare(heading)]; ok {
				if _, have := where[c]; !have {
					where[c] = i
				}
			}
		}
		_, timed := where[colTime]
		_, phone := where[colPhone]
		_, email := where[colEmail]
		if timed && (phone || email) {
			return where, nil
		}
	}
	return nil, &Error{CodeNoHeader, ""}
}

// bare is a heading in small letters without anything else.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

func (l *List) addRecord(record []string, where map[column]int, line int, o Options) {
	get := func(c column) string {
		if i, ok := where[c]; ok && i < len(record) {
			return strings.Trim(record[i], " \u00a0\t")
		}
		return ""
	}
	row, err := readRecord(get, o)
	row.Line = line
	if err == nil && row.At.Before(o.Now.Add(-time.Minute)) {
		err = &Error{CodeTimePast, "at"}
	}
	if err == nil {
		err = row.Check(o.Now)
	}
	if err != nil {
		text := plain(strings.Join(record, " "), 60)
		l.Troubles = append(l.Troubles, Trouble{Line: line, Code: codeOf(err), At: row.At, Text: text})
		return
	}
	l.Rows = append(l.Rows, row)
}

func readRecord(get func(column) string, o Options) (row Row, err error) {
	date, clock, end := get(colDate), get(colTime), get(colEnd)
	if from, to, ok := strings.Cut(clock, "-"); ok && end == "" && !strings.Contains(to, "-") { // "10:30-10:50", not a date
		clock, end = from, to
	}
	if row.At, err = moment(date, clock, o.Now); err != nil {
		return row, err
	}
	if row.Length, err = ReadLength(get(colLength)); err != nil {
		return row, err
	}
	if until, err := moment(date, end, o.Now); err == nil && row.Length == 0 {
		if n := until.Sub(row.At); n >= MinLength && n <= MaxLength {
			row.Length = n
		}
	}
	if row.Language, err = ReadLanguage(get(colLanguage)); err != nil {
		return row, err
	}
	row.Name = plain(get(colFirstName)+" "+get(colName), MaxName)
	row.Note = plain(get(colNote), MaxNote)
	return row, row.setContacts(get(colPhone), get(colEmail), o.Country)
}

// moment reads a date and a time from two columns or both from one.
func moment(date, clock string, now time.Time) (time.Time, error) {
	at, err := dateTime(date, clock, now)
	if err == nil {
		return at, nil
	}
	whole := strings.Replace(clock, " kl. ", " ", 1)
	if at, whole := wholeMoment(whole, now); whole {
		return at, nil
	}
	return time.Time{}, err
}

func wholeMoment(text string, now time.Time) (time.Time, bool) {
	if !strings.ContainsAny(text, " T") {
		return time.Time{}, false
	}
	at, err := ReadTime(text, now)
	return at, err == nil && !at.IsZero()
}
