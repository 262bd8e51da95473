package desk_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/i18n"
	"legekonsultasjon/core/settings"
)

// TestEveryCodeHasWords reads this package's own source for the codes that it shows, so that none is forgotten.
func TestEveryCodeHasWords(t *testing.T) {
	var keys []string
	for kind, codes := range codesInSource(t) {
		for _, code := range codes {
			switch kind {
			case "Problem", "Refusal":
				keys = append(keys, "problem."+code)
			case "Notice":
				keys = append(keys, "notice."+code)
			case "Question":
				for _, part := range []string{"title", "text", "yes", "no"} {
					keys = append(keys, "question."+code+"."+part)
				}
			}
		}
	}
	for _, code := range []deliver.Code{deliver.Unreachable, deliver.NotSecure, deliver.SignInFailed, deliver.BadReceiver,
		deliver.BadSender, deliver.NoCredit, deliver.Refused, deliver.Later, deliver.TooSlow, deliver.Unknown, deliver.NotSetUp, deliver.SignInAgain} {
		keys = append(keys, "reason."+string(code), "problem.test."+string(code))
		// After those nobody else is tried, or nobody is told; the last is of mail accounts.
		if code != deliver.BadReceiver && code != deliver.Unknown && code != deliver.SignInAgain {
			keys = append(keys, "problem.smsReserve."+string(code))
		}
	}
	for _, code := range []string{"unreachable", "wrongAddress", "insecure", "certificateExpired", "certificateUnknown", "wrongSignIn",
		"tryLater", "serverTooOld", "pageTooOld", "signedOut", "replaced", "storeFull", "storeDown", "diskFull", "bookNotSaved",
		"bookUnreadable", settings.CodeBroken, settings.CodeNewer, settings.CodeNotRead, settings.CodeNotSaved,
		"cameraLost", "microphoneLost", "speakerLost", "noCamera", "noMicrophone", "noSpeaker"} {
		keys = append(keys, "problem."+code)
	}
	for _, code := range []string{"quitCall", "quitWaiting"} {
		keys = append(keys, "question."+code+".text")
	}
	keys = append(keys, "reason.offline", "reason.tooLate", "reason.serverRefused", "reason.diskFull", "reason.lost", "notice.sent",
		"notice.newPIN", "notice.sentPIN", "notice.sentMoved", "notice.finished", "notice.cancelled", "reason.late")
	if len(keys) < 80 {
		t.Fatalf("only %d keys: the source was not read", len(keys))
	}
	words, err := i18n.Load(i18n.Desk, "nb") // that the languages agree is core/i18n's own test
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if !words.Has(key) {
			t.Errorf("no words for %s", key)
		}
	}
}

// codesInSource returns the string literals of the Code member of composite literals, by type name.
func codesInSource(t *testing.T) map[string][]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string][]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		p, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(p, func(n ast.Node) bool {
			literal, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			name, _ := literal.Type.(*ast.Ident)
			for _, element := range literal.Elts {
				pair, ok := element.(*ast.KeyValueExpr)
				if !ok || name == nil {
					continue
				}
				key, _ := pair.Key.(*ast.Ident)
				value, _ := pair.Value.(*ast.BasicLit)
				if key != nil && key.Name == "Code" && value != nil && value.Kind == token.STRING {
					code, _ := strconv.Unquote(value.Value)
					codes[name.Name] = append(codes[name.Name], code)
				}
			}
			return true
		})
	}
	return codes
}
