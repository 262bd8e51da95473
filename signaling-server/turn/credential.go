package turn

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"

	"legekonsultasjon/core/signaling"
)

// Life of credentials.
const (
	CredentialLife = 10 * time.Minute // in which an allocation can be begun
	longestCall    = 12 * time.Hour   // after that in which one can be kept
	realm          = "legekonsultasjon"
)

// names makes user names "seconds:session" and their passwords, HMAC-SHA1 over the name in base64: the form that other
// TURN servers take too (draft-uberti-behave-turn-rest-00 section 2.2).
type names struct {
	secret []byte
	now    func() time.Time
}

func (n names) entry(session string) string {
	return strconv.FormatInt(n.now().Add(CredentialLife).Unix(), 10) + ":" + session
}

func (n names) password(name string) string {
	mac := hmac.New(sha1.New, n.secret)
	mac.Write([]byte(name))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// authenticate checks the time in the name when an allocation is begun. One that has been begun may be refreshed beyond it:
// a long call must not end because its first credentials have. Only the session that began it can refresh it.
func (s *Server) authenticate(r *turn.RequestAttributes) (string, []byte, bool) {
	until, session, ok := strings.Cut(r.Username, ":")
	seconds, err := strconv.ParseInt(until, 10, 64)
	if !ok || err != nil || session == "" || r.Realm != realm {
		s.quota.refused.Add(1)
		return "", nil, false
	}
	now, end := s.opts.Now(), time.Unix(seconds, 0)
	if r.Method != stun.MethodAllocate {
		end = end.Add(longestCall)
	}
	if now.After(end) || end.After(now.Add(CredentialLife+longestCall)) {
		s.quota.refused.Add(1)
		return "", nil, false
	}
	return session, turn.GenerateAuthKey(r.Username, r.Realm, s.names.password(r.Username)), true
}

// External is a TURN server elsewhere that takes the same kind of credentials, such as coturn with use-auth-secret.
type External struct {
	URLs   []string // stun:, turn: and turns: URLs (RFC 7064, RFC 7065)
	Secret []byte   // shared with it
	Now    func() time.Time
}

// ICEServers gives one socket's entries, as Server.ICEServers does.
func (e External) ICEServers(session string) []signaling.ICEServer {
	now := e.Now
	if now == nil {
		now = time.Now
	}
	n := names{secret: e.Secret, now: now}
	var out []signaling.ICEServer
	var relays []string
	for _, u := range e.URLs {
		if strings.HasPrefix(u, "stun") {
			out = append(out, signaling.ICEServer{URLs: []string{u}})
			continue
		}
		relays = append(relays, u)
	}
	if len(relays) == 0 {
		return out
	}
	name := n.entry(session)
	return append(out, signaling.ICEServer{URLs: relays, Username: name, Credential: n.password(name)})
}
