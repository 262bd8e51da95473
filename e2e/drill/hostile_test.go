//go:build hostile

package drill

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/signaling"
	"legekonsultasjon/e2e/rig"
)

// A trick is one kind of hostility of the relay, for one run.
type trick struct {
	name string
	// without: it only withholds, so "kobler til" without media is an allowed end.
	withholds bool
	make      func(c *clinic) rig.Tamper
}

// payload parts a relayed message into its address and what the relay should not be able to read.
func payload(p rig.Passing) (address, inside []byte, ok bool) {
	if p.Text || len(p.Data) < signaling.RelayHeader {
		return nil, nil, false
	}
	return p.Data[:signaling.RelayHeader], p.Data[signaling.RelayHeader:], true
}

func with(p rig.Passing, address, inside []byte) rig.Passing {
	p.Data = append(append([]byte{}, address...), inside...)
	return p
}

func isFrame(inside []byte) bool { return len(inside) > access.M2Len }

// onPatients tampers with relayed messages on patients' sockets only.
func onPatients(f func(s *rig.Socket, p rig.Passing, address, inside []byte) []rig.Passing) func(*clinic) rig.Tamper {
	return func(*clinic) rig.Tamper {
		return func(s *rig.Socket, p rig.Passing) []rig.Passing {
			address, inside, ok := payload(p)
			if !ok || s.Path != signaling.PathPatient {
				return []rig.Passing{p}
			}
			return f(s, p, address, inside)
		}
	}
}

// blindTricks need no keys.
func blindTricks() []trick {
	frames := func(f func(s *rig.Socket, p rig.Passing, address, inside []byte) []rig.Passing) func(*clinic) rig.Tamper {
		return onPatients(func(s *rig.Socket, p rig.Passing, address, inside []byte) []rig.Passing {
			if !isFrame(inside) {
				return []rig.Passing{p}
			}
			return f(s, p, address, inside)
		})
	}
	// afterProof leaves the first frames alone (ready, pin, pinResult), so that the hostility meets the negotiation.
	afterProof := func(f func(s *rig.Socket, p rig.Passing, address, inside []byte) []rig.Passing) func(*clinic) rig.Tamper {
		return frames(func(s *rig.Socket, p rig.Passing, address, inside []byte) []rig.Passing {
			if seq := binary.BigEndian.Uint64(inside[9:]); p.Up && seq < 1 || !p.Up && seq < 2 {
				return []rig.Passing{p}
			}
			return f(s, p, address, inside)
		})
	}
	return []trick{
		{"drop-up", true, afterProof(func(_ *rig.Socket, p rig.Passing, _, _ []byte) []rig.Passing {
			if p.Up {
				return nil
			}
			return []rig.Passing{p}
		})},
		{"drop-down", true, afterProof(func(_ *rig.Socket, p rig.Passing, _, _ []byte) []rig.Passing {
			if p.Up {
				return []rig.Passing{p}
			}
			return nil
		})},
		{"replay", false, afterProof(func(_ *rig.Socket, p rig.Passing, _, _ []byte) []rig.Passing { return []rig.Passing{p, p} })},
		{"reorder", false, reorder},
		{"reflect", false, afterProof(func(_ *rig.Socket, p rig.Passing, address, inside []byte) []rig.Passing {
			back := with(p, make([]byte, signaling.RelayHeader), inside)
			back.Up = !p.Up
			return []rig.Passing{back}
		})},
		{"truncate", false, afterProof(func(_ *rig.Socket, p rig.Passing, address, inside []byte) []rig.Passing {
			return []rig.Passing{with(p, address, inside[:len(inside)-16])}
		})},
		{"flip", false, afterProof(func(_ *rig.Socket, p rig.Passing, address, inside []byte) []rig.Passing {
			flipped := append([]byte{}, inside...)
			flipped[len(flipped)/2] ^= 0x10
			return []rig.Passing{with(p, address, flipped)}
		})},
		{"forge-m1", true, onPatients(func(_ *rig.Socket, p rig.Passing, address, inside []byte) []rig.Passing {
			if len(inside) == access.M1Len {
				return []rig.Passing{with(p, address, forged(inside, access.M1Len-16))}
			}
			return []rig.Passing{p}
		})},
		{"forge-m2", true, onPatients(func(_ *rig.Socket, p rig.Passing, address, inside []byte) []rig.Passing {
			if len(inside) == access.M2Len {
				return []rig.Passing{with(p, address, forged(inside, access.M2Len-20))}
			}
			return []rig.Passing{p}
		})},
		{"old-join", false, oldJoin},
	}
}

// forged gives a handshake message another nonce: a relay cannot know the private key to any point that it would put in.
func forged(message []byte, nonceAt int) []byte {
	f := append([]byte{}, message...)
	_, _ = rand.Read(f[nonceAt : nonceAt+16])
	return f
}

// reorder swaps neighbours.
func reorder(*clinic) rig.Tamper {
	var mu sync.Mutex
	held := map[string]rig.Passing{}
	return func(s *rig.Socket, p rig.Passing) []rig.Passing {
		_, inside, ok := payload(p)
		if !ok || s.Path != signaling.PathPatient || !isFrame(inside) || p.Up {
			return []rig.Passing{p}
		}
		if seq := binary.BigEndian.Uint64(inside[9:]); seq < 2 {
			return []rig.Passing{p}
		}
		mu.Lock()
		defer mu.Unlock()
		key := fmt.Sprint(s.Number, p.Up)
		if before, ok := held[key]; ok {
			delete(held, key)
			return []rig.Passing{p, before}
		}
		held[key] = p
		return nil
	}
}

// oldJoin mixes frames of an earlier session into every later one.
func oldJoin(*clinic) rig.Tamper {
	var mu sync.Mutex
	old := map[bool][]byte{}
	return func(s *rig.Socket, p rig.Passing) []rig.Passing {
		address, inside, ok := payload(p)
		if !ok || s.Path != signaling.PathPatient || !isFrame(inside) {
			return []rig.Passing{p}
		}
		mu.Lock()
		defer mu.Unlock()
		if before, ok := old[p.Up]; ok {
			if string(before[1:9]) != string(inside[1:9]) {
				// Another session: the old frame under the new session's name, in the place of the new one.
				renamed := append([]byte{}, before...)
				copy(renamed[1:9], inside[1:9])
				copy(renamed[9:17], inside[9:17])
				return []rig.Passing{with(p, address, renamed)}
			}
		} else if binary.BigEndian.Uint64(inside[9:]) >= 1 {
			old[p.Up] = append([]byte{}, inside...)
			// End this session, so that there will be another.
			s.Cut()
		}
		return []rig.Passing{p}
	}
}

// fingerprintTricks rewrite SDP in re-sealed frames: a second fingerprint on session or media level, first or last,
// with the same or another hash function.
func fingerprintTricks() []trick {
	var all []trick
	for _, level := range []string{"session", "media"} {
		for _, place := range []string{"first", "last"} {
			for _, hash := range []string{"sha-256", "sha-1"} {
				all = append(all, trick{name: strings.Join([]string{"sdp", level, place, hash}, "-"), make: func(c *clinic) rig.Tamper {
					return c.rewrites(func(sdp string) string { return secondFingerprint(sdp, level, place, hash) })
				}})
			}
		}
	}
	return all
}

func secondFingerprint(sdp, level, place, hash string) string {
	size := map[string]int{"sha-256": 32, "sha-1": 20}[hash]
	raw := make([]byte, size)
	_, _ = rand.Read(raw)
	parts := make([]string, size)
	for i, b := range raw {
		parts[i] = fmt.Sprintf("%02X", b)
	}
	line := "a=fingerprint:" + hash + " " + strings.Join(parts, ":") + "\r\n"
	head, medias, _ := strings.Cut(sdp, "m=")
	switch {
	case level == "session" && place == "first":
		at := strings.Index(head, "a=")
		if at < 0 {
			at = len(head)
		}
		return head[:at] + line + head[at:] + "m=" + medias
	case level == "session":
		return head + line + "m=" + medias
	case place == "first":
		sections := strings.Split(medias, "\r\nm=")
		for i, s := range sections {
			if at := strings.Index(s, "\r\na="); at >= 0 {
				sections[i] = s[:at+2] + line + s[at+2:]
			}
		}
		return head + "m=" + strings.Join(sections, "\r\nm=")
	default:
		return sdp + line
	}
}

// rewrites changes the SDP of every offer and answer, with the keys of the frames and without those of the confirmation.
func (c *clinic) rewrites(change func(sdp string) string) rig.Tamper {
	return func(s *rig.Socket, p rig.Passing) []rig.Passing {
		address, inside, ok := payload(p)
		if !ok || s.Path != signaling.PathPatient || !isFrame(inside) {
			return []rig.Passing{p}
		}
		k, ok := c.frameKeys(inside)
		if !ok {
			return []rig.Passing{p}
		}
		message, ok := openFrame(k, p.Up, inside)
		if !ok {
			return []rig.Passing{p}
		}
		sdp, has := message["sdp"].(string)
		if !has {
			return []rig.Passing{p}
		}
		message["sdp"] = change(sdp)
		return []rig.Passing{with(p, address, sealFrame(k, p.Up, binary.BigEndian.Uint64(inside[9:]), message))}
	}
}

// The sealing of docs/ACCESS.md, Frames, once more and independently of core/access.

func frameCipher(k access.FrameKeys, up bool, seq uint64) (aead cipher.AEAD, nonce, aad []byte) {
	key, sender := k.DP[:], "D"
	if up {
		key, sender = k.PD[:], "P"
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	aead, err = cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	count := binary.BigEndian.AppendUint64(nil, seq)
	nonce = append(make([]byte, 4), count...)
	aad = append([]byte("legekonsultasjon/1 frame"), k.TH[:]...)
	return aead, nonce, append(append(aad, sender...), count...)
}

func openFrame(k access.FrameKeys, up bool, wire []byte) (map[string]any, bool) {
	aead, nonce, aad := frameCipher(k, up, binary.BigEndian.Uint64(wire[9:]))
	plain, err := aead.Open(nil, nonce, wire[17:], aad)
	if err != nil || len(plain) < 4 {
		return nil, false
	}
	n := int(binary.BigEndian.Uint32(plain))
	if n > len(plain)-4 {
		return nil, false
	}
	var m map[string]any
	return m, json.Unmarshal(plain[4:4+n], &m) == nil
}

func sealFrame(k access.FrameKeys, up bool, seq uint64, message map[string]any) []byte {
	text, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	plain := append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...)
	plain = append(plain, make([]byte, (256-len(plain)%256)%256)...)
	aead, nonce, aad := frameCipher(k, up, seq)
	wire := append([]byte{1}, k.TH[:8]...)
	wire = binary.BigEndian.AppendUint64(wire, seq)
	return aead.Seal(wire, nonce, plain, aad)
}
