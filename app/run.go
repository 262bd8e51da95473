package app

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"legekonsultasjon/app/driver/speech"
	"legekonsultasjon/app/ui"
	"legekonsultasjon/core/desk"
)

// patience is how long the desk may take to say its last words when the program ends.
const patience = 5 * time.Second

// run shows the window, works until it ends, and then ends the desk.
func (p *program) run(one *instance) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	p.followSystem()
	p.window = p.app.NewWindow(p.words.Text("app.name", nil))
	p.face = ui.New(ui.Options{Post: p.ask, Surface: p.surface, SystemIsDark: p.dark.Load, EchoStays: !speech.Native}, desk.State{
		Screen: desk.ScreenSignIn, Language: p.words.Language, Theme: "system", Now: time.Now(), SignIn: desk.SignIn{Busy: true},
	})
	p.window.SetIcon(p.app.Icon())
	p.window.SetCloseIntercept(p.closing)
	p.face.Attach(p.window)
	p.bridge.Connect(p.face)
	p.window.Resize(windowSize(p.options.size))
	p.makeTray()
	ended := make(chan struct{})
	p.app.Lifecycle().SetOnStarted(func() { p.start(ctx, cancel, one, ended) })
	p.window.ShowAndRun()
	p.bridge.Close() // where Fyne ended by itself: the window is gone
	cancel()
	p.surface.Close()
	select {
	case <-ended:
		p.log.Info("end")
	case <-time.After(patience):
		p.log.Warn("end without waiting for the desk")
	}
	return exitOK
}

// start lets everything run that draws. It must not happen before Fyne's loop runs: until then Fyne would draw on the
// goroutine that asks.
func (p *program) start(ctx context.Context, end context.CancelFunc, one *instance, ended chan<- struct{}) {
	one.onOrder(p.takeOrder)
	if o := p.options.first; o != nil {
		p.post(desk.DoTake{Request: o.Request, Way: desk.WayURL})
	}
	p.inspect(ctx)
	go p.bridge.Tick(ctx)
	go p.bridge.Rest(ctx)
	go func() {
		if err := p.desk.Run(ctx); err != nil && ctx.Err() == nil {
			p.log.Error("the desk ended", "err", err)
		}
		close(ended)
		p.bridge.Quit(p.app.Quit)
	}()
	p.bridge.Do(func() { p.takeSignals(ctx, end) }) // a turn of the loop later, when Fyne has set up its own way
}

// takeSignals answers Ctrl-C and the system's wish to end in Fyne's place. Fyne would end its loop at once, under those who
// still draw; this ends the desk first, and the desk's end closes the window. A second signal ends the program at once.
func (p *program) takeSignals(ctx context.Context, end context.CancelFunc) {
	asked := make(chan os.Signal, 1) // capacity 1: one is enough
	signal.Reset(os.Interrupt, syscall.SIGTERM)
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-ctx.Done():
			return
		case s := <-asked:
			p.log.Info("asked to end", "signal", s.String())
		}
		signal.Reset(os.Interrupt, syscall.SIGTERM)
		end()
		time.AfterFunc(patience, func() { p.bridge.Quit(p.app.Quit) }) // should the desk hang
	}()
}
