package ui

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/signaling"
)

// peopleView is what an administrator manages: people, a new person, the clinic's settings, and the code to hand over.
type peopleView struct {
	w       *Window
	content *fyne.Container
	rows    *fyne.Container
	said    *saidLine
	add     *addForm
	clinic  *clinicForm
	handed  *handedSheet
	drawn   []signaling.Person
	of      string
	seats   *seatList
}

func newPeopleView(w *Window) *peopleView {
	v := &peopleView{w: w, rows: part.Column(0), said: newSaidLine(w), add: newAddForm(w), clinic: newClinicForm(w), handed: newHandedSheet(w), seats: newSeatList(w)}
	v.content = part.Column(20, section(w, "office.people", part.Column(10, v.rows, v.said.content)), section(w, "office.add", v.add.content),
		section(w, "office.clinic", v.clinic.content))
	return v
}

func (v *peopleView) Render(s desk.State) {
	o := s.Office
	if !o.Administrates {
		return
	}
	v.seats.Render(o.SeatsOf, o.Seats, o.Busy)
	if v.drawn == nil || v.of != o.SeatsOf || !slices.Equal(v.drawn, o.People) {
		v.draw(o)
	}
	v.said.Render(o, desk.PartPeople)
	v.add.Render(o)
	v.clinic.Render(o)
}

func (v *peopleView) draw(o *desk.Office) {
	v.drawn, v.of = append([]signaling.Person{}, o.People...), o.SeatsOf
	v.rows.Objects = nil
	for i, p := range o.People {
		if i > 0 {
			v.rows.Objects = append(v.rows.Objects, v.w.skin.Rule())
		}
		v.rows.Objects = append(v.rows.Objects, v.row(p))
		if p.Email == o.SeatsOf {
			v.rows.Objects = append(v.rows.Objects, part.Inset(0, 0, 0, 18, v.seats.content))
		}
	}
	v.rows.Refresh()
}

func (v *peopleView) row(p signaling.Person) fyne.CanvasObject {
	k, w := v.w.skin, v.w
	role := roleWords(w, p.Role)
	if p.Administrator && p.Role != signaling.RoleAdministrator {
		role += " · " + w.t("office.person.also")
	}
	words := part.Column(2, k.NewLine(part.NameStyle(), p.Name, 0), k.NewLine(part.SmallStyle(), p.Email, 0), k.NewLine(part.SmallStyle(), role, 0))
	var more *part.Button
	more = k.NewIconButton("dots", w.t("office.person.more"), func() { openMenuAt(more, k, v.menu(p)) }).Sized(36, 8, 8)
	row := []fyne.CanvasObject{part.Grow(words)}
	if tone, state := v.state(p); state != "" {
		row = append(row, k.NewChip(tone, state, false))
	}
	return part.Inset(10, 0, 10, 0, part.Row(12, append(row, more)...))
}

// state is what an administrator should know of somebody.
func (v *peopleView) state(p signaling.Person) (part.ChipTone, string) {
	w := v.w
	switch {
	case p.Disabled:
		return part.Bad, w.t("office.person.disabled")
	case p.EnrolBy != 0:
		return part.Late, w.t("office.person.waits", "when", w.day(p.EnrolBy.Time().In(w.now.Location())))
	case !p.Begun:
		return part.Late, w.t("office.person.new")
	case !p.Passcode:
		return part.Plain, w.t("office.person.noPasscode")
	}
	return part.Plain, ""
}

// menu is what can be done with somebody.
func (v *peopleView) menu(p signaling.Person) []part.MenuItem {
	w := v.w
	change := func(how func(c *desk.DoChangePerson)) func() {
		c := desk.DoChangePerson{Name: p.Name, Email: p.Email, Role: p.Role, Administrator: p.Administrator, Disabled: p.Disabled}
		how(&c)
		return func() { w.post(c) }
	}
	item := func(key string, press func()) part.MenuItem { return part.MenuItem{Words: w.t(key), Press: press} }
	if p.Disabled {
		return []part.MenuItem{item("office.person.enable", change(func(c *desk.DoChangePerson) { c.Disabled = false }))}
	}
	items := []part.MenuItem{item("office.person.code", func() { w.post(desk.DoNewCode{Name: p.Name, Email: p.Email}) })}
	if p.Passcode {
		items = append(items, item("office.person.passcode", func() { w.post(desk.DoRemovePasscode{Email: p.Email}) }))
	}
	if v.of == p.Email {
		items = append(items, item("office.person.hide", func() { w.post(desk.DoShowSeats{}) }))
	} else if p.Workstations > 0 {
		items = append(items, item("office.person.seats", func() { w.post(desk.DoShowSeats{Email: p.Email}) }))
	}
	if p.Role != signaling.RoleDoctor {
		items = append(items, item("office.person.makeDoctor", change(func(c *desk.DoChangePerson) { c.Role = signaling.RoleDoctor })))
	}
	if p.Role != signaling.RoleReceptionist {
		items = append(items, item("office.person.makeReceptionist", change(func(c *desk.DoChangePerson) { c.Role = signaling.RoleReceptionist })))
	}
	switch {
	case p.Role == signaling.RoleAdministrator:
	case p.Administrator:
		items = append(items, item("office.person.takeAdministrator", change(func(c *desk.DoChangePerson) { c.Administrator = false })))
	default:
		items = append(items, item("office.person.makeAdministrator", change(func(c *desk.DoChangePerson) { c.Administrator = true })))
	}
	return append(items, item("office.person.disable", change(func(c *desk.DoChangePerson) { c.Disabled = true })))
}

// left forgets what was typed.
func (v *peopleView) left() {
	v.add.clear()
	v.clinic.edited = false
	v.drawn = nil
}

// addForm makes an account.
type addForm struct {
	w             *Window
	content       *fyne.Container
	name, email   *part.Field
	role          *part.Choice
	administrator *part.Check
	said          *saidLine
	save          *part.Button
}

func newAddForm(w *Window) *addForm {
	k := w.skin
	f := &addForm{w: w, said: newSaidLine(w)}
	f.name = k.NewField(w.t("office.add.name"), "").OnEnter(f.press).OnChange(func(string) { f.name.SetProblem("") })
	f.email = k.NewField(w.t("office.add.email"), w.t("signIn.emailHint")).OnEnter(f.press).OnChange(func(string) { f.email.SetProblem("") })
	f.role = k.NewChoice(w.t("office.add.role"), nil)
	var roles []part.Option
	for _, r := range []signaling.Role{signaling.RoleDoctor, signaling.RoleReceptionist, signaling.RoleAdministrator} {
		words := []rune(roleWords(w, r))
		roles = append(roles, part.Option{ID: string(r), Words: strings.ToUpper(string(words[:1])) + string(words[1:])})
	}
	f.role.SetOptions(roles, string(signaling.RoleDoctor))
	f.administrator = k.NewCheck(w.t("office.add.administrator"), nil)
	f.save = k.NewButton(part.Lined, w.t("office.add.save"), f.press)
	f.content = part.Column(14, f.name, f.email, f.role, f.administrator, f.said.content, part.Row(0, f.save, part.Space()))
	return f
}

func (f *addForm) Render(o *desk.Office) {
	f.save.SetEnabled(!o.Busy)
	f.said.Render(o, desk.PartAdd)
}

func (f *addForm) press() {
	defer f.content.Refresh()
	for _, need := range []struct {
		field *part.Field
		key   string
	}{{f.name, "office.add.missing.name"}, {f.email, "office.add.missing.email"}} {
		if strings.TrimSpace(need.field.Text()) == "" {
			need.field.SetProblem(f.w.t(need.key))
			need.field.Focus()
			return
		}
	}
	f.w.post(desk.DoAddPerson{Name: f.name.Text(), Email: f.email.Text(), Role: signaling.Role(f.role.Chosen()), Administrator: f.administrator.On()})
}

func (f *addForm) clear() {
	f.name.SetText("")
	f.email.SetText("")
	f.role.Choose(string(signaling.RoleDoctor))
	f.administrator.SetOn(false)
}

// clinicForm edits the clinic's settings.
type clinicForm struct {
	w              *Window
	content        *fyne.Container
	name, phone    *part.Field
	passcode       *part.Check
	idle, absolute *part.Choice
	said           *saidLine
	save           *part.Button
	edited         bool
	done           int
}

func newClinicForm(w *Window) *clinicForm {
	k := w.skin
	f := &clinicForm{w: w, said: newSaidLine(w)}
	touch := func() {
		f.edited = true
		f.save.SetEnabled(true)
	}
	f.name = k.NewField(w.t("office.clinic.name"), "").OnChange(func(string) { touch() })
	f.phone = k.NewField(w.t("office.clinic.phone"), "").OnChange(func(string) { touch() })
	f.passcode = k.NewCheck(w.t("office.clinic.passcode"), func(bool) { touch() })
	f.idle = k.NewChoice(w.t("office.clinic.idle"), func(string) { touch() })
	f.absolute = k.NewChoice(w.t("office.clinic.absolute"), func(string) { touch() })
	f.save = k.NewButton(part.Lined, w.t("office.clinic.save"), f.press)
	f.content = part.Column(14, f.name, f.phone, part.Column(4, f.passcode, k.NewProse(part.SmallStyle(), w.t("office.clinic.passcodeText"))), f.idle, f.absolute,
		f.said.content, part.Row(0, f.save, part.Space()))
	return f
}

// What an administrator can choose, in hours; the command line takes any.
var (
	idleHours     = []int{4, 12, 24, 72, 168, 336, 720}
	absoluteHours = []int{12, 24, 168, 336, 720, 1440, 2160}
)

const (
	usualIdle     = 168 // hours, when the clinic has set none
	usualAbsolute = 720
)

func (f *clinicForm) hours(choices []int, chosen int) ([]part.Option, string) {
	if !slices.Contains(choices, chosen) {
		choices = append(slices.Clone(choices), chosen)
		slices.Sort(choices)
	}
	var options []part.Option
	for _, h := range choices {
		words := f.w.t("office.clinic.hours", "n", strconv.Itoa(h))
		if h%24 == 0 && h > 24 {
			words = f.w.t("office.clinic.days", "n", strconv.Itoa(h/24))
		}
		options = append(options, part.Option{ID: strconv.Itoa(h), Words: words})
	}
	return options, strconv.Itoa(chosen)
}

func (f *clinicForm) Render(o *desk.Office) {
	if o.Done != f.done {
		f.done = o.Done
		f.edited = f.edited && o.DonePart != desk.PartClinic
	}
	if !f.edited && o.Loaded {
		c := o.Clinic
		if f.name.Text() != c.Name {
			f.name.SetText(c.Name)
		}
		if f.phone.Text() != c.Phone {
			f.phone.SetText(c.Phone)
		}
		f.passcode.SetOn(c.PasscodeRequired)
		f.idle.SetOptions(f.hours(idleHours, orElse(c.IdleHours, usualIdle)))
		f.absolute.SetOptions(f.hours(absoluteHours, orElse(c.AbsoluteHours, usualAbsolute)))
		f.edited = false // setting the fields is no editing
	}
	f.save.SetEnabled(!o.Busy && f.edited)
	f.said.Render(o, desk.PartClinic)
}

func orElse(n, usual int) int {
	if n == 0 {
		return usual
	}
	return n
}

func (f *clinicForm) press() {
	idle, _ := strconv.Atoi(f.idle.Chosen())
	absolute, _ := strconv.Atoi(f.absolute.Chosen())
	f.w.post(desk.DoChangeClinic{Clinic: signaling.ClinicSettings{Name: strings.TrimSpace(f.name.Text()), Phone: strings.TrimSpace(f.phone.Text()),
		PasscodeRequired: f.passcode.On(), IdleHours: idle, AbsoluteHours: absolute}})
}

// handedSheet shows a code to hand over, until it is put away.
type handedSheet struct {
	w     *Window
	sheet *part.Sheet
	shown string
}

func newHandedSheet(w *Window) *handedSheet {
	return &handedSheet{w: w, sheet: w.skin.NewSheet(480, part.Layers())}
}

func (v *handedSheet) Render(s desk.State) {
	var h *desk.Handed
	if s.Office != nil {
		h = s.Office.Handed
	}
	if h == nil || v.sheet.IsOpen() && v.shown != h.Code {
		v.sheet.Close()
	}
	if h == nil || v.sheet.IsOpen() {
		return
	}
	w := v.w
	v.shown = h.Code
	k := part.NewSkin(w.skin.Palette, w.fonts)
	k.Canvas = w.canvas
	put := func() { w.post(desk.DoHandedOver{}) }
	k.Escape = put
	title := part.Style{Size: theme.Heading, Weight: assets.SemiBold, Tone: part.Text, Leading: 1.25}
	done := k.NewButton(part.Filled, w.t("office.handed.done"), put)
	body := part.Column(0, k.NewProse(title, w.t("office.handed.title", "name", h.Name)), gap(16),
		k.NewProse(part.Style{Size: theme.Title, Weight: assets.SemiBold, Tone: part.Text, Leading: 1.3}, h.Code), gap(16),
		k.NewProse(part.SoftStyle(), w.t("office.handed.text", "name", h.Name, "when", w.at(h.Expires.In(w.now.Location())))), gap(22),
		part.Row(10, part.Space(), done))
	v.sheet = k.NewSheet(480, body)
	v.sheet.Open(w.canvas, done)
}
