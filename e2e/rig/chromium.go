package rig

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// BrowserOptions are what a patient's machine has.
type BrowserOptions struct {
	Dir           string   // profile and logs
	Env           []string // DISPLAY, PULSE_SERVER
	Video         string   // y4m file that the camera plays; "" has no camera
	Audio         string   // WAV file that the microphone plays; "" has no microphone
	Width, Height int      // of the window; 0 means a phone's 390x844
	Language      string   // "nb" when empty
	Trusts        bool     // any certificate is as good as another, where the stage's authority is not known to browsers (Chromium only)
	Refuses       bool     // the patient does not let the page use camera and microphone (Chromium only)
	Preload       string   // JavaScript run before the page's own (the test's stand-in for a camera; never part of the page)
	BypassCSP     bool     // the Preload may do what the page's own policy forbids (Chromium only)
}

func (o *BrowserOptions) defaults() {
	if o.Width == 0 {
		o.Width, o.Height = 390, 844
	}
	if o.Language == "" {
		o.Language = "nb"
	}
}

type chromium struct {
	ctx    context.Context
	cancel []context.CancelFunc
}

// NewChromium starts Debian's Chromium with a window.
func NewChromium(t testing.TB, o BrowserOptions) *Page {
	t.Helper()
	b, err := OpenChromium(o)
	if err != nil {
		t.Fatal(err)
	}
	return NewPage(t, b)
}

// OpenChromium is NewChromium without a test.
func OpenChromium(o BrowserOptions) (Browser, error) {
	o.defaults()
	profile, err := os.MkdirTemp(o.Dir, "chromium")
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(profile, "log"))
	if err != nil {
		return nil, err
	}
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath("/usr/bin/chromium"), chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.NoSandbox,
		chromedp.UserDataDir(profile), chromedp.Flag("headless", false), chromedp.WindowSize(o.Width, o.Height), chromedp.Env(o.Env...), chromedp.CombinedOutput(log),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-background-timer-throttling", true), chromedp.Flag("disable-renderer-backgrounding", true),
		chromedp.Flag("disable-backgrounding-occluded-windows", true),
		chromedp.Flag("allow-loopback-in-peer-connection", true), chromedp.Flag("disable-features", "WebRtcHideLocalIpsWithMdns"),
		chromedp.Flag("autoplay-policy", "no-user-gesture-required"), chromedp.Flag("lang", o.Language), chromedp.Flag("accept-lang", o.Language),
		chromedp.Flag("password-store", "basic"),
	}
	if o.Trusts {
		opts = append(opts, chromedp.IgnoreCertErrors)
	}
	if !o.Refuses {
		opts = append(opts, chromedp.Flag("use-fake-ui-for-media-stream", true))
	}
	if o.Video != "" || o.Audio != "" {
		opts = append(opts, chromedp.Flag("use-fake-device-for-media-stream", true))
	}
	if o.Video != "" {
		opts = append(opts, chromedp.Flag("use-file-for-fake-video-capture", o.Video))
	}
	if o.Audio != "" {
		opts = append(opts, chromedp.Flag("use-file-for-fake-audio-capture", o.Audio))
	}
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(alloc)
	c := &chromium{ctx: ctx, cancel: []context.CancelFunc{cancel, cancelAlloc, func() { log.Close() }}}
	// The first Do owns the browser's life: it gets no deadline of its own.
	if err := chromedp.Do(ctx); err != nil {
		c.Close()
		return nil, err
	}
	if o.Refuses {
		if err := c.refuse("camera", "microphone"); err != nil {
			c.Close()
			return nil, err
		}
	}
	if o.Preload != "" {
		if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: o.Preload}); err != nil {
			c.Close()
			return nil, err
		}
	}
	if o.BypassCSP {
		if _, err := chromedp.Call(ctx, page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}); err != nil {
			c.Close()
			return nil, err
		}
	}
	return c, nil
}

// refuse answers the browser's question about devices with no, as somebody who presses "Blokker".
func (c *chromium) refuse(names ...string) error {
	for _, name := range names {
		if _, err := chromedp.Call(c.ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingDenied}); err != nil {
			return err
		}
	}
	return nil
}

func (c *chromium) do(limit time.Duration, steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(c.ctx, limit)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

func (c *chromium) Open(url string) error { return c.do(30*time.Second, chromedp.Navigate(url)) }
func (c *chromium) Reload() error         { return c.do(30*time.Second, chromedp.Reload()) }

func (c *chromium) Eval(expression string, out any) error {
	ctx, cancel := context.WithTimeout(c.ctx, 20*time.Second)
	defer cancel()
	// A string of JSON, so that undefined is null and both browsers answer alike.
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("(async () => JSON.stringify(await ("+expression+")) ?? 'null')()", chromedp.EvalAwaitPromise))
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal([]byte(text), out)
}

func (c *chromium) Click(selector string) error {
	return c.do(10*time.Second, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

func (c *chromium) Keys(text string) error { return c.do(10*time.Second, chromedp.KeyEvent(text)) }

func (c *chromium) Screenshot() ([]byte, error) {
	ctx, cancel := context.WithTimeout(c.ctx, 10*time.Second)
	defer cancel()
	return chromedp.Run(ctx, chromedp.CaptureScreenshot())
}

func (c *chromium) Close() {
	for _, cancel := range c.cancel {
		cancel()
	}
	c.cancel = nil
}

// Installability lists what keeps Chromium from offering to install the page as an app; nothing is good.
func Installability(b Browser) ([]string, error) {
	c, ok := b.(*chromium)
	if !ok {
		return nil, errors.New("only Chromium")
	}
	ctx, cancel := context.WithTimeout(c.ctx, 10*time.Second)
	defer cancel()
	answer, err := chromedp.Call(ctx, page.GetInstallabilityErrors, cdp.Empty{})
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range answer.InstallabilityErrors {
		out = append(out, e.ErrorID)
	}
	return out, nil
}

// Emulate gives a Chromium page the size of a screen, for pictures of the page.
func Emulate(b Browser, width, height int, scale float64, dark bool) error {
	c, ok := b.(*chromium)
	if !ok {
		return errors.New("only Chromium")
	}
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	if err := c.do(10*time.Second, chromedp.EmulateViewport(int64(width), int64(height), chromedp.EmulateScale(scale))); err != nil {
		return err
	}
	_, err := chromedp.Call(c.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	return err
}
