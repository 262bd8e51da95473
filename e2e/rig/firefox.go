package rig

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// firefox drives Debian's Firefox ESR over WebDriver BiDi (W3C), spoken directly over its WebSocket.
type firefox struct {
	process *Process
	ws      *websocket.Conn
	context string // browsing context

	mu      sync.Mutex
	next    int
	waiting map[int]chan bidiReply
	cancel  context.CancelFunc
}

type bidiReply struct {
	ID      int             `json:"id"`
	Type    string          `json:"type"`
	Result  json.RawMessage `json:"result"`
	Error   string          `json:"error"`
	Message string          `json:"message"`
}

// prefs make Firefox use the given sound server without asking, reach loopback, and stay off the network.
const prefs = `user_pref("media.navigator.permission.disabled", true);
user_pref("media.peerconnection.ice.loopback", true);
user_pref("media.peerconnection.ice.obfuscate_host_addresses", false);
user_pref("media.autoplay.default", 0);
user_pref("media.autoplay.blocking_policy", 0);
user_pref("media.gmp-manager.updateEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("app.update.enabled", false);
user_pref("app.normandy.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.reportingpolicy.firstRun", false);
user_pref("remote.active-protocols", 1);
user_pref("dom.disable_beforeunload", true);
user_pref("security.sandbox.content.level", 0);
`

// NewFirefox starts Firefox with a window.
func NewFirefox(t testing.TB, o BrowserOptions) *Page {
	t.Helper()
	b, err := OpenFirefox(o)
	if err != nil {
		t.Fatal(err)
	}
	return NewPage(t, b)
}

// OpenFirefox is NewFirefox without a test. Firefox has no file camera: give a Preload that stands in for one.
func OpenFirefox(o BrowserOptions) (Browser, error) {
	o.defaults()
	profile, err := os.MkdirTemp(o.Dir, "firefox")
	if err != nil {
		return nil, err
	}
	user := prefs + fmt.Sprintf("user_pref(\"intl.accept_languages\", %q);\n", o.Language)
	if err := os.WriteFile(filepath.Join(profile, "user.js"), []byte(user), 0o600); err != nil {
		return nil, err
	}
	port, err := FreePort()
	if err != nil {
		return nil, err
	}
	env := append(append([]string{}, o.Env...), "MOZ_DISABLE_CONTENT_SANDBOX=1", "HOME="+profile)
	p, err := start(profile, "firefox", env, nil, "firefox-esr", "--profile", profile, "--no-remote", "--new-instance",
		fmt.Sprintf("--width=%d", o.Width), fmt.Sprintf("--height=%d", o.Height), fmt.Sprintf("--remote-debugging-port=%d", port))
	if err != nil {
		return nil, err
	}
	f := &firefox{process: p, waiting: map[int]chan bidiReply{}}
	if err := f.connect(port, o.Preload); err != nil {
		f.Close()
		return nil, fmt.Errorf("firefox: %w: %s", err, Tail(p.Log, 5))
	}
	return f, nil
}

func (f *firefox) connect(port int, preload string) error {
	ctx, cancel := context.WithCancel(context.Background())
	f.cancel = cancel
	err := WaitFor(ctx, 40*time.Second, func() bool {
		ws, _, err := websocket.Dial(ctx, fmt.Sprintf("ws://127.0.0.1:%d/session", port), nil)
		if err == nil {
			f.ws = ws
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	f.ws.SetReadLimit(64 << 20)
	go f.read(ctx)
	if err := f.command("session.new", map[string]any{"capabilities": map[string]any{}}, nil); err != nil {
		return err
	}
	var tree struct {
		Contexts []struct {
			Context string `json:"context"`
		} `json:"contexts"`
	}
	if err := f.command("browsingContext.getTree", map[string]any{}, &tree); err != nil {
		return err
	}
	if len(tree.Contexts) == 0 {
		return fmt.Errorf("no tab")
	}
	f.context = tree.Contexts[0].Context
	if preload != "" {
		return f.command("script.addPreloadScript", map[string]any{"functionDeclaration": "() => {" + preload + "}"}, nil)
	}
	return nil
}

func (f *firefox) read(ctx context.Context) {
	for {
		_, data, err := f.ws.Read(ctx)
		if err != nil {
			f.mu.Lock()
			for id, c := range f.waiting {
				c <- bidiReply{Error: "connection", Message: err.Error()}
				delete(f.waiting, id)
			}
			f.mu.Unlock()
			return
		}
		var r bidiReply
		if json.Unmarshal(data, &r) != nil || r.Type == "event" {
			continue
		}
		f.mu.Lock()
		if c := f.waiting[r.ID]; c != nil {
			c <- r
			delete(f.waiting, r.ID)
		}
		f.mu.Unlock()
	}
}

func (f *firefox) command(method string, params any, out any) error {
	reply := make(chan bidiReply, 1)
	f.mu.Lock()
	f.next++
	id := f.next
	f.waiting[id] = reply
	f.mu.Unlock()
	data, err := json.Marshal(map[string]any{"id": id, "method": method, "params": params})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := f.ws.Write(ctx, websocket.MessageText, data); err != nil {
		return err
	}
	select {
	case r := <-reply:
		if r.Error != "" {
			return fmt.Errorf("%s: %s: %s", method, r.Error, r.Message)
		}
		if out == nil {
			return nil
		}
		return json.Unmarshal(r.Result, out)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

func (f *firefox) Open(url string) error {
	return f.command("browsingContext.navigate", map[string]any{"context": f.context, "url": url, "wait": "complete"}, nil)
}

func (f *firefox) Reload() error {
	return f.command("browsingContext.reload", map[string]any{"context": f.context, "wait": "complete"}, nil)
}

type bidiResult struct {
	Type   string `json:"type"`
	Result struct {
		Type     string          `json:"type"`
		Value    json.RawMessage `json:"value"`
		SharedID string          `json:"sharedId"`
	} `json:"result"`
	Exception struct {
		Text string `json:"text"`
	} `json:"exceptionDetails"`
}

func (f *firefox) evaluate(expression string) (r bidiResult, err error) {
	err = f.command("script.evaluate", map[string]any{"expression": expression, "target": map[string]any{"context": f.context},
		"awaitPromise": true, "resultOwnership": "none", "userActivation": false}, &r)
	if err == nil && r.Type == "exception" {
		err = fmt.Errorf("page: %s", r.Exception.Text)
	}
	return r, err
}

func (f *firefox) Eval(expression string, out any) error {
	// A string of JSON crosses BiDi unchanged; its own value format needs no decoder here.
	r, err := f.evaluate("(async () => JSON.stringify(await (" + expression + ")) ?? 'null')()")
	if err != nil || out == nil {
		return err
	}
	var text string
	if err := json.Unmarshal(r.Result.Value, &text); err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), out)
}

func (f *firefox) Click(selector string) error {
	r, err := f.evaluate("document.querySelector(" + quote(selector) + ")")
	if err != nil {
		return err
	}
	if r.Result.SharedID == "" {
		return fmt.Errorf("no element %s", selector)
	}
	origin := map[string]any{"type": "element", "element": map[string]any{"sharedId": r.Result.SharedID}}
	return f.actions(map[string]any{"type": "pointer", "id": "mouse", "actions": []any{
		map[string]any{"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
		map[string]any{"type": "pointerDown", "button": 0}, map[string]any{"type": "pointerUp", "button": 0}}})
}

func (f *firefox) Keys(text string) error {
	var keys []any
	for _, r := range text {
		keys = append(keys, map[string]any{"type": "keyDown", "value": string(r)}, map[string]any{"type": "keyUp", "value": string(r)})
	}
	return f.actions(map[string]any{"type": "key", "id": "keyboard", "actions": keys})
}

func (f *firefox) actions(source map[string]any) error {
	return f.command("input.performActions", map[string]any{"context": f.context, "actions": []any{source}}, nil)
}

func (f *firefox) Screenshot() ([]byte, error) {
	var shot struct {
		Data string `json:"data"`
	}
	if err := f.command("browsingContext.captureScreenshot", map[string]any{"context": f.context}, &shot); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(strings.TrimSpace(shot.Data))
}

func (f *firefox) Close() {
	if f.cancel != nil {
		f.cancel()
	}
	if f.ws != nil {
		_ = f.ws.CloseNow()
	}
	f.process.Stop()
}

// FreePort finds a TCP port on loopback that nobody listens on.
func FreePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
