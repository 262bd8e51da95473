package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"time"
)

const (
	ntpEra   = 2208988800 // seconds from 1900 to 1970
	maxDrift = 2 * time.Second
)

// clockOff asks a time server (SNTP, RFC 4330) how far this machine's clock is ahead.
func clockOff(ctx context.Context, server string) (time.Duration, error) {
	if _, _, err := net.SplitHostPort(server); err != nil {
		server = net.JoinHostPort(server, "123")
	}
	dialer := net.Dialer{Timeout: askTime}
	conn, err := dialer.DialContext(ctx, "udp", server)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(askTime))
	question := make([]byte, 48)
	question[0] = 4<<3 | 3 // version 4, client
	sent := time.Now()
	if _, err := conn.Write(question); err != nil {
		return 0, err
	}
	answer := make([]byte, 512)
	n, err := conn.Read(answer)
	if err != nil {
		return 0, err
	}
	back := time.Now()
	if n < 48 || answer[0]&7 != 4 || answer[1] == 0 {
		return 0, errors.New("no answer of a time server")
	}
	received, transmitted := ntpTime(answer[32:]), ntpTime(answer[40:])
	return (sent.Sub(received) + back.Sub(transmitted)) / 2, nil
}

func ntpTime(b []byte) time.Time {
	seconds, fraction := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	return time.Unix(int64(seconds)-ntpEra, int64(fraction)*1e9>>32)
}

// checkClock looks whether times agree with everybody else's: invitations and certificates go by them.
func (c *checkup) checkClock(ctx context.Context, server string) {
	if server == "" {
		switch kept, known := synchronized(); {
		case kept:
			c.fine("clock", "kept by a time service")
		case known:
			c.warn("clock", "no time service keeps it (install chrony or systemd-timesyncd), or it has not begun to")
		default:
			c.warn("clock", "this system does not say whether a time service keeps it; compare with --time-server")
		}
		return
	}
	off, err := clockOff(ctx, server)
	switch {
	case err != nil:
		c.warn("clock", fmt.Sprintf("%s did not tell the time: %v", server, err))
	case off.Abs() > maxDrift:
		c.fail("clock", fmt.Sprintf("%v off; invitations would begin and end at the wrong time", off.Round(time.Millisecond)))
	default:
		c.fine("clock", fmt.Sprintf("%v from %s", off.Round(time.Millisecond), server))
	}
}
