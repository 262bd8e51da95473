package rig

import (
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// DesktopOptions are what a doctor's machine has.
type DesktopOptions struct {
	Dir     string   // profile and logs
	Env     []string // PULSE_SERVER, DBUS_SESSION_BUS_ADDRESS ...
	Display *Display
	Args    []string // more flags of the program
	Through []string // what the program is started by, such as nsenter to a machine on this one; nothing when empty
}

// Desktop is the real desktop program in a real window, driven through the X server.
type Desktop struct {
	t       testing.TB
	options DesktopOptions
	Process *Process
	Profile string
	file    string
	starts  int
	ahead   time.Duration
	clicked time.Time

	by, last []string // a command before and an argument behind the flags of the next start
}

// Widget is one thing in the window, as the window map of an inspect build tells it. Places are in screen pixels: the
// window stands in the corner of a screen without a window manager.
type Widget struct {
	Kind    string `json:"kind"`  // button, entry, select, check, segment, toggle, item (of an open menu), text, chip, picture
	Text    string `json:"text"`  // what it says; of an entry its content, of a select the chosen entry
	Label   string `json:"label"` // of an entry or a select: the words above it; of a picture: patient or self
	Enabled bool   `json:"enabled"`
	Focused bool   `json:"focused"`
	Checked bool   `json:"checked"`
	X       int    `json:"x"`
	Y       int    `json:"y"`
	W       int    `json:"w"` // 0 while it is scrolled out of sight
	H       int    `json:"h"`
}

// pressable says whether a click does something.
func (w Widget) pressable() bool {
	switch w.Kind {
	case "button", "check", "segment", "toggle", "item":
		return w.Enabled
	}
	return false
}

// Rect is where the widget is on the screen.
func (w Widget) Rect() image.Rectangle { return image.Rect(w.X, w.Y, w.X+w.W, w.Y+w.H) }

// NewDesktop starts the program.
func NewDesktop(t testing.TB, o DesktopOptions) *Desktop {
	t.Helper()
	d := &Desktop{t: t, options: o, Profile: filepath.Join(o.Dir, "profile"), file: filepath.Join(o.Dir, "window.json")}
	d.Start()
	return d
}

// For is the same program for a part of a test: what goes wrong in it fails that part only. The program itself goes on
// belonging to whoever started it.
func (d *Desktop) For(t testing.TB) *Desktop {
	part := *d
	part.t = t
	return &part
}

// Start starts the program, again after a Kill or Stop of its Process.
func (d *Desktop) Start() {
	d.t.Helper()
	d.starts++
	_ = os.Remove(d.file)
	env := append(append([]string{}, d.options.Env...), "DISPLAY="+d.options.Display.Name, "LANG=en_US.UTF-8", "WAYLAND_DISPLAY=",
		"LEGEKONSULTASJON_INSPECT="+d.file, "LEGEKONSULTASJON_AHEAD="+d.ahead.String())
	argv := append(append([]string{}, d.options.Through...), filepath.Join(Root(d.t), "bin", "legekonsultasjon-inspect"))
	argv = append(argv, d.by...)
	argv = append(append(append(argv, "--profile", d.Profile), d.options.Args...), d.last...)
	d.Process = Start(d.t, d.options.Dir, fmt.Sprintf("desktop%d", d.starts), env, argv...)
	d.t.Cleanup(func() {
		if d.t.Failed() {
			d.Picture(filepath.Join(os.TempDir(), strings.ReplaceAll(d.t.Name(), "/", "-")+"-desktop.png"))
		}
		if text, err := os.ReadFile(d.Process.Log); err == nil && strings.Contains(string(text), "*** Error in Fyne call thread") {
			d.t.Error("the window was touched from a wrong thread; see the desktop's log")
		}
	})
	Until(d.t, 40*time.Second, "the window", func() bool { return len(d.Widgets()) > 0 })
	d.fillScreen()
}

// Ahead sets the program's clock ahead, from its next Start.
func (d *Desktop) Ahead(by time.Duration) { d.ahead = by }

// fillScreen moves the window into the corner, where places in the window are places on the screen.
func (d *Desktop) fillScreen() {
	d.t.Helper()
	var m struct {
		Window        uint64 `json:"window"`
		Width, Height int
	}
	read := func() bool {
		text, err := os.ReadFile(d.file)
		return err == nil && json.Unmarshal(text, &m) == nil
	}
	Until(d.t, 10*time.Second, "the window's id", func() bool { return read() && m.Window != 0 })
	id := fmt.Sprint(m.Window)
	d.x("windowmove", id, "0", "0")
	d.x("windowsize", id, fmt.Sprint(d.options.Display.Width), fmt.Sprint(d.options.Display.Height))
	Until(d.t, 20*time.Second, "the window to fill the screen", func() bool {
		return read() && m.Width == d.options.Display.Width && m.Height == d.options.Display.Height
	})
	d.x("windowfocus", id)
}

// Widgets is what the window shows now.
func (d *Desktop) Widgets() []Widget {
	text, err := os.ReadFile(d.file)
	if err != nil {
		return nil
	}
	var m struct {
		Widgets []Widget `json:"widgets"`
	}
	if json.Unmarshal(text, &m) != nil {
		return nil
	}
	return m.Widgets
}

// Find is the first widget that fits.
func (d *Desktop) Find(fits func(Widget) bool) (Widget, bool) {
	for _, w := range d.Widgets() {
		if fits(w) {
			return w, true
		}
	}
	return Widget{}, false
}

// Says is everything that the window says, a line for each widget.
func (d *Desktop) Says() string {
	var b strings.Builder
	for _, w := range d.Widgets() {
		if w.Text != "" {
			b.WriteString(w.Text + "\n")
		}
	}
	return b.String()
}

// Sees waits until the window says the words.
func (d *Desktop) Sees(limit time.Duration, words string) {
	d.t.Helper()
	if WaitFor(d.t.Context(), limit, func() bool { return strings.Contains(d.Says(), words) }) != nil {
		d.t.Fatalf("waited %v for the window to say %q; it says:\n%s", limit, words, d.Says())
	}
}

// Gone waits until the window no longer says the words.
func (d *Desktop) Gone(limit time.Duration, words string) {
	d.t.Helper()
	if WaitFor(d.t.Context(), limit, func() bool { return !strings.Contains(d.Says(), words) }) != nil {
		d.t.Fatalf("waited %v for the window to stop saying %q", limit, words)
	}
}

// await waits for a widget that fits and stays where it is.
func (d *Desktop) await(limit time.Duration, what string, fits func(Widget) bool) Widget {
	d.t.Helper()
	var found Widget
	steady := 0 // looks at the map, which is written ten times a second
	err := WaitFor(d.t.Context(), limit, func() bool {
		w, ok := d.Find(fits)
		if ok && w.Rect() == found.Rect() {
			steady++
		} else {
			steady = 0
		}
		found = w
		return steady >= 8
	})
	if err != nil {
		d.t.Fatalf("waited %v for %s; the window says:\n%s", limit, what, d.Says())
	}
	return found
}

// Press clicks the nth (from 0) enabled thing to press with these words.
func (d *Desktop) Press(limit time.Duration, words string, nth ...int) {
	d.t.Helper()
	skip := 0
	if len(nth) > 0 {
		skip = nth[0]
	}
	w := d.await(limit, fmt.Sprintf("%q to press", words), func(w Widget) bool {
		return w.pressable() && w.Text == words && d.nthOf(w, words) == skip
	})
	w = d.scrollTo(w, func(o Widget) bool { return o.pressable() && o.Text == words && d.nthOf(o, words) == skip })
	d.ClickAt(w.Rect().Min.Add(w.Rect().Size().Div(2)))
}

func (d *Desktop) nthOf(w Widget, words string) int {
	n := 0
	for _, o := range d.Widgets() {
		if o.pressable() && o.Text == words {
			if o.Rect() == w.Rect() {
				return n
			}
			n++
		}
	}
	return -1
}

// Tick ticks the box with these words.
func (d *Desktop) Tick(words string) {
	d.t.Helper()
	fits := func(w Widget) bool { return w.Kind == "check" && w.Text == words && w.Enabled }
	for range 3 {
		w := d.await(10*time.Second, fmt.Sprintf("a box %q", words), fits)
		if !w.Checked {
			d.ClickAt(w.Rect().Min.Add(w.Rect().Size().Div(2)))
		}
		if WaitFor(d.t.Context(), 3*time.Second, func() bool { w, ok := d.Find(fits); return ok && w.Checked }) == nil {
			return
		}
	}
	d.t.Fatalf("the box %q does not take the tick", words)
}

// Fill clicks the field with this label, empties it, types, and sees that it stands there; of a secret, that there are as
// many dots. A window that is busy may lose a key, so what does not stand there is typed once more.
func (d *Desktop) Fill(label, text string) {
	d.t.Helper()
	shown := ""
	for range 2 {
		read := d.fill(label, text)
		right := func() bool { shown = read(); return len([]rune(shown)) == len([]rune(text)) }
		if WaitFor(d.t.Context(), 10*time.Second, right) == nil {
			return
		}
	}
	d.t.Fatalf("typed %d characters into %q, the field holds %q", len([]rune(text)), label, shown)
}

// FillSecret is Fill for a field that shows dots.
func (d *Desktop) FillSecret(label, text string) {
	d.t.Helper()
	d.Fill(label, text)
}

func (d *Desktop) fill(label, text string) (shown func() string) {
	d.t.Helper()
	fits := func(w Widget) bool { return w.Kind == "entry" && w.Label == label && w.Enabled }
	// A window that is still busy with what was pressed before may lay itself out after a look at it, so click like a
	// person: until the field has the focus.
	for range 3 {
		w := d.scrollTo(d.await(10*time.Second, fmt.Sprintf("a field %q", label), fits), fits)
		d.ClickAt(w.Rect().Min.Add(w.Rect().Size().Div(2)))
		if WaitFor(d.t.Context(), 3*time.Second, func() bool { w, ok := d.Find(fits); return ok && w.Focused }) == nil {
			break
		}
	}
	d.Key("ctrl+a")
	d.Type(text)
	return func() string { w, _ := d.Find(fits); return w.Text }
}

// scrollTo turns the wheel over a widget's column until it is in view.
func (d *Desktop) scrollTo(w Widget, fits func(Widget) bool) Widget {
	d.t.Helper()
	for range 40 {
		if w.W > 0 {
			return w
		}
		button := "5" // wheel down
		if w.Y < 0 {
			button = "4"
		}
		d.x("mousemove", fmt.Sprint(w.X+w.W/2), fmt.Sprint(d.options.Display.Height/2), "click", "--repeat", "3", button)
		before := w
		_ = WaitFor(d.t.Context(), time.Second, func() bool { w, _ = d.Find(fits); return w.Y != before.Y })
	}
	d.t.Fatalf("cannot scroll to %q %q", w.Label, w.Text)
	return w
}

// ClickAt clicks a point of the screen.
func (d *Desktop) ClickAt(p image.Point) {
	d.t.Helper()
	d.clicked = time.Now()
	d.x("mousemove", fmt.Sprint(p.X), fmt.Sprint(p.Y), "click", "1")
}

// Clicked is when the last click began: what is said about it is timed from there.
func (d *Desktop) Clicked() time.Time { return d.clicked }

// Type types text into what has the focus.
func (d *Desktop) Type(text string) {
	d.t.Helper()
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			d.Key("Return")
		}
		d.x("type", "--delay", "8", "--", line)
	}
}

// Key presses keys by their X names, "ctrl+d".
func (d *Desktop) Key(names ...string) {
	d.t.Helper()
	d.x(append([]string{"key", "--delay", "8", "--"}, names...)...)
}

func (d *Desktop) x(argv ...string) {
	d.t.Helper()
	env := append(os.Environ(), "DISPLAY="+d.options.Display.Name)
	if _, err := Run(d.t.Context(), env, "", append([]string{"xdotool"}, argv...)...); err != nil {
		d.t.Fatal(err)
	}
}

// Picture saves what the screen shows.
func (d *Desktop) Picture(file string) {
	f, err := os.Create(file)
	if err != nil {
		d.t.Log(err)
		return
	}
	defer f.Close()
	if err := png.Encode(f, d.options.Display.Screen()); err != nil {
		d.t.Log(err)
	}
	d.t.Logf("the screen: %s", file)
	if text, err := os.ReadFile(d.file); err == nil {
		_ = os.WriteFile(strings.TrimSuffix(file, ".png")+".json", text, 0o600)
	}
}

// Frame is the luma at 320x240 of the picture with this label, without the bars beside a clip of another shape.
func (d *Desktop) Frame(label string, clip *Clip) ([]byte, bool) {
	w, ok := d.Find(func(w Widget) bool { return w.Kind == "picture" && w.Label == label })
	if !ok {
		return nil, false
	}
	return Luma(d.options.Display.Shot(fitted(w.Rect(), clip.Header.Width, clip.Header.Height))), true
}

// fitted is the middle of r that has the shape of width x height.
func fitted(r image.Rectangle, width, height int) image.Rectangle {
	w, h := r.Dx(), r.Dx()*height/width
	if h > r.Dy() {
		w, h = r.Dy()*width/height, r.Dy()
	}
	x, y := r.Min.X+(r.Dx()-w)/2, r.Min.Y+(r.Dy()-h)/2
	return image.Rect(x, y, x+w, y+h)
}

// Inside is where the part lies within the picture that fills whole, in 320x240 coordinates, a little enlarged.
func Inside(part, whole image.Rectangle, clip *Clip) image.Rectangle {
	r := fitted(whole, clip.Header.Width, clip.Header.Height)
	x := func(v int) int { return (v - r.Min.X) * ssimW / r.Dx() }
	y := func(v int) int { return (v - r.Min.Y) * ssimH / r.Dy() }
	return image.Rect(x(part.Min.X)-3, y(part.Min.Y)-3, x(part.Max.X)+3, y(part.Max.Y)+3)
}

// Choose opens the drop-down with this label and picks an entry by its words.
func (d *Desktop) Choose(label, words string) {
	d.t.Helper()
	fits := func(w Widget) bool { return w.Kind == "select" && w.Label == label && w.Enabled }
	what := fmt.Sprintf("a choice %q", label)
	d.scrollTo(d.await(10*time.Second, what, fits), fits)
	w := d.await(10*time.Second, what, fits) // the wheel may still turn
	if w.Text == words {
		return
	}
	d.ClickAt(w.Rect().Min.Add(w.Rect().Size().Div(2)))
	d.Press(10*time.Second, words)
}
