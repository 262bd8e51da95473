// Package app is the doctor's desktop program: it puts settings, drivers, desk and window together, and holds no
// decision of its own beyond that. app.go is the only importer of fyne/v2/app.
package app

import (
	"errors"
	"fmt"
	"image"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/driver"
	"fyne.io/fyne/v2/driver/desktop"

	"legekonsultasjon/app/driver/audio"
	"legekonsultasjon/app/driver/camera"
	"legekonsultasjon/app/driver/keyring"
	"legekonsultasjon/app/driver/memory"
	"legekonsultasjon/app/driver/notify"
	"legekonsultasjon/app/driver/opus"
	"legekonsultasjon/app/driver/screen"
	"legekonsultasjon/app/driver/vpx"
	"legekonsultasjon/app/driver/yuv"
	"legekonsultasjon/app/equipment"
	"legekonsultasjon/app/ui"
	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/app/ui/tile"
	"legekonsultasjon/assets"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/i18n"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/route"
	"legekonsultasjon/core/settings"
)

// appID names the program to the system: FyneApp.toml and the desktop file carry the same.
const appID = "no.legekonsultasjon.Desktop"

// passphraseName is the environment variable that opens the sealed file of secrets where there is no keyring and nobody to
// type its passphrase.
const passphraseName = "LEGEKONSULTASJON_PASSPHRASE"

// Main runs the program and returns its exit code.
func Main(args []string) int {
	if len(args) > 0 {
		switch args[0] {
		case "version":
			fmt.Println("legekonsultasjon", version())
			return exitOK
		case "signin":
			return signIn(args[1:], os.Stdin, os.Stderr)
		case "open":
			return openURL(args[1:], os.Stderr)
		case "invite":
			return invite(args[1:], os.Stdout, os.Stderr)
		case "import":
			return importFile(args[1:], os.Stdout, os.Stderr)
		}
	}
	o, err := parse(args, os.Stderr)
	switch {
	case isHelp(err):
		return exitOK
	case err != nil:
		fmt.Fprintln(os.Stderr, "legekonsultasjon:", err)
		return exitUsage
	}
	return open(o)
}

// open shows the window and returns when it has ended.
func open(o options) int {
	memory.Save()
	log, logFile, err := openLog(o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "legekonsultasjon:", err)
		return exitFailed
	}
	defer logFile.Close()
	store, words := settings.Open(filepath.Join(o.profile, "settings.json"), workstation()), catalogue(o.profile)
	one, err := claim(o.profile)
	if errors.Is(err, errRunning) {
		return handOver(o, words)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "legekonsultasjon:", err)
		return exitFailed
	}
	defer one.release()
	one.serve(o.profile, log)
	renderer, err := screen.Renderer()
	if err != nil {
		log.Error("no OpenGL", "err", err)
		complain(words.Text("start.noOpenGL", map[string]string{"log": o.logPath()}))
		return exitNoOpenGL
	}
	log.Info("start", "version", version(), "renderer", renderer)
	return newProgram(o, log, store, words, renderer).run(one)
}

// program is what lives as long as the window.
type program struct {
	options  options
	log      *slog.Logger
	words    *i18n.Catalogue
	renderer string
	bridge   *ui.Bridge
	desk     *desk.Desk
	app      fyne.App
	window   fyne.Window
	face     *ui.Window
	surface  tile.Surface
	tray     bool
	newest   atomic.Pointer[desk.State]
	speaker  atomic.Pointer[string]
	sound    treatment
	dark     atomic.Bool
	phrase   string // of the sealed file, to be tried once; the desk's goroutine uses it up
}

func newProgram(o options, log *slog.Logger, store *settings.Store, words *i18n.Catalogue, renderer string) *program {
	fyneapp.SetMetadata(fyne.AppMetadata{ID: appID, Name: "Legekonsultasjon", Version: version(), Build: 1,
		Migrations: map[string]bool{"fyneDo": !threadChecks}}) // Fyne's builder alone would put FyneApp.toml in
	p := &program{options: o, log: log, words: words, renderer: renderer, app: fyneapp.NewWithID(appID),
		bridge: ui.NewBridge(ui.Events{Wait: screen.WaitEvents, Wake: screen.WakeEvents}), phrase: os.Getenv(passphraseName)}
	_ = os.Unsetenv(passphraseName) // no business of the programs that this one starts
	if screen.IsSoftware(renderer) {
		fyne.SetCurrentApp(calm{p.app})
	}
	p.app.SetIcon(fyne.NewStaticResource("app.png", assets.AppIcon()))
	began := time.Now()
	clock := func() time.Duration { return time.Since(began) }
	sound, cameras := audio.New(clock, log), camera.New(clock)
	p.surface = p.newSurface()
	p.desk = desk.New(desk.Deps{
		Server:   network(),
		Settings: store,
		Keyring:  secrets(o.profile),
		Sealed:   filepath.Join(o.profile, "secrets.sealed"),
		Book:     filepath.Join(o.profile, "book"),
		Copies:   downloads(),
		Clock:    deskClock(),
		Post:     desk.NewLetters(deskClock(), nil),
		NewPeer:  newPeer(clock, p.sound.encoder()),
		Devices: equipment.New(equipment.Config{Cameras: cameras, Sound: sound, Camera: o.camera, Speech: p.sound.speech(),
			Picture: p.surface.Picture(0), SelfView: p.surface.SelfView(), Log: log, TestSound: assets.Chime()}),
		Notifier: notify.New(p.notifyArrival, sound, assets.Chime(), p.chimeOn, log),
		Log:      log,
		Loopback: o.loopback,
		Route:    route.Watch,
		Probe:    call.ProbeServer, Processor: processorTime, TryRelay: call.TryRelay,
		Show:    p.show,
		Browser: p.browse,
	})
	return p
}

// browse opens an address in the system's browser.
func (p *program) browse(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("no address for a browser")
	}
	return p.app.OpenURL(u)
}

// secrets is the profile's place in the system's keyring, with files for what is too long for that.
func secrets(profile string) settings.SecretStore {
	return settings.NewRoomy(keyring.New(service(profile)), filepath.Join(profile, "secrets"))
}

// newPeer makes peers of this program's codecs, scaler and clock.
func newPeer(clock media.Clock, sound func() (media.AudioEncoder, error)) func(call.Config, call.Channel) (desk.Peer, error) {
	codecs := media.Codecs{NewVideoEncoder: vpx.NewEncoder, NewVideoDecoder: vpx.NewDecoder,
		NewAudioEncoder: sound, NewAudioDecoder: opus.NewDecoder}
	return func(c call.Config, channel call.Channel) (desk.Peer, error) {
		c.Codecs, c.Clock, c.Scale = codecs, clock, yuv.Scale
		return call.NewPeer(c, channel)
	}
}

// newSurface chooses how pictures are drawn: in a native window where the program's own is drawn by the processor.
func (p *program) newSurface() tile.Surface {
	paint := tile.Paint{Do: p.bridge.Do, RGBA: yuv.RGBA, Mirror: yuv.Mirror}
	skin := part.NewSkin(theme.Dark(), theme.NewFonts())
	if p.options.renderer == "child" || p.options.renderer == "auto" && screen.IsSoftware(p.renderer) {
		return tile.NewChild(paint, skin, p.openChild)
	}
	return tile.NewRaster(paint, skin)
}

// openChild makes the native window over one of ours. On Wayland and elsewhere there is none.
func (p *program) openChild(over fyne.Window) (tile.Native, error) {
	native, ok := over.(driver.NativeWindow)
	if !ok {
		return nil, screen.ErrUnsupported
	}
	var child *screen.Window
	err := screen.ErrUnsupported
	native.RunNative(func(context any) {
		x, ok := context.(driver.X11WindowContext)
		switch {
		case ok && x.WindowHandle == 0:
			err = tile.ErrTooEarly
		case ok:
			dark := theme.Dark()
			child, err = screen.Open(x.WindowHandle, screen.Look{Ground: dark.Ground, Stage: dark.Raised, Unit: over.Canvas().Scale()})
		}
	})
	if errors.Is(err, tile.ErrTooEarly) {
		return nil, err
	}
	if err != nil {
		p.log.Info("pictures are drawn with the window", "err", err)
		return nil, err
	}
	return childWindow{child}, nil
}

// childWindow fits the driver's window to what the surface asks for.
type childWindow struct{ *screen.Window }

// SetOwn implements tile.Native.
func (c childWindow) SetOwn(shown bool, label image.Image) {
	c.Window.SetOwn(screen.Own{Shown: shown, Label: label})
}

// screens are the words of the log.
var screens = map[desk.Screen]string{desk.ScreenUnlock: "unlock", desk.ScreenSignIn: "signIn", desk.ScreenHome: "home",
	desk.ScreenCall: "call", desk.ScreenSettings: "settings", desk.ScreenOffice: "office"}

// calmAfter is how long after the start, and after a call, what they needed for a moment is given back to the system.
const calmAfter = 8 * time.Second

// show takes a state from the desk's goroutine.
func (p *program) show(s desk.State) {
	old := p.newest.Swap(&s)
	if old == nil || old.Screen != s.Screen || old.Connection != s.Connection {
		p.log.Info("shows", "screen", screens[s.Screen], "online", s.Connection == desk.Online)
	}
	if old == nil || old.Screen == desk.ScreenCall && s.Screen != desk.ScreenCall {
		time.AfterFunc(calmAfter, memory.Trim)
	}
	p.sound.set(s.Sound)
	p.speaker.Store(&s.Settings.Ring)
	p.bridge.Show(s)
	if p.phrase != "" && s.Screen == desk.ScreenUnlock && !s.SignIn.Busy {
		p.post(desk.DoUnlock{Passphrase: p.phrase})
		p.phrase = ""
	}
}

func (p *program) post(c desk.Command) {
	if !p.desk.Do(c) {
		p.log.Warn("the desk does not keep up; a command was dropped")
	}
}

// ask takes a command from the window: after Delta the doctor sees the call at once.
func (p *program) ask(c desk.Command) {
	if _, delta := c.(desk.DoJoin); delta {
		p.bridge.Answered(func() { p.post(c) })
		return
	}
	p.post(c)
}

// closing is the window's own close button: with patients expected the program goes on in the tray where there is one;
// otherwise the desk says whether it may end, and asks when it should not do so silently.
func (p *program) closing() {
	s := p.newest.Load()
	if p.tray && s != nil && s.Call == nil && ui.Expecting(*s) {
		p.window.Hide()
		return
	}
	p.raise()
	p.post(desk.DoQuit{})
}

// raise brings the window to the front.
func (p *program) raise() {
	p.window.Show()
	p.window.RequestFocus()
}

func (p *program) makeTray() {
	d, ok := p.app.(desktop.App)
	if !ok || !notify.HasTray() {
		return
	}
	p.tray = true
	quit := fyne.NewMenuItem(p.words.Text("tray.quit", nil), func() { p.raise(); p.post(desk.DoQuit{}) })
	quit.IsQuit = true
	d.SetSystemTrayMenu(fyne.NewMenu(p.words.Text("app.name", nil), fyne.NewMenuItem(p.words.Text("tray.open", nil), p.raise), quit))
}

// notifyArrival shows the notification in a goroutine of its own: the desktop's bus may be slow.
func (p *program) notifyArrival() {
	go p.app.SendNotification(fyne.NewNotification(p.words.Text("notify.title", nil), p.words.Text("notify.arrived", nil)))
}

func (p *program) chimeOn() string {
	if id := p.speaker.Load(); id != nil {
		return *id
	}
	return ""
}

// followSystem asks the system for dark or light now and whenever Fyne hears of a change.
func (p *program) followSystem() {
	p.dark.Store(systemDark(p.app))
	p.app.Settings().AddListener(func(fyne.Settings) { go p.dark.Store(systemDark(p.app)) })
}

func windowSize(s string) fyne.Size {
	var w, h float32
	if n, err := fmt.Sscanf(s, "%fx%f", &w, &h); err != nil || n != 2 || w < 200 || h < 200 {
		w, h = 1180, 760
	}
	return fyne.NewSize(w, h)
}

func (o options) logPath() string {
	if o.log == "" {
		return filepath.Join(o.profile, "log.txt")
	}
	return o.log
}

// openLog opens the log. It holds ids only; a file that has grown over 4 MB begins anew, the old one is kept once.
func openLog(o options) (*slog.Logger, io.Closer, error) {
	path := o.logPath()
	if path == "-" {
		return slog.New(slog.NewTextHandler(os.Stderr, nil)), io.NopCloser(nil), nil
	}
	if info, err := os.Stat(path); err == nil && info.Size() > 4<<20 {
		_ = os.Rename(path, path+".old")
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("no log: %w", err)
	}
	return slog.New(slog.NewTextHandler(f, nil)), f, nil
}

// workstation is this machine's name as other workstations show it.
func workstation() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "Legekonsultasjon"
	}
	return name
}
