package call

import "strings"

// withSources returns sdp with the a=ssrc lines that its sections have lost since before. A sender keeps its sources for
// life, but is not obliged to name them while it holds no track; pion would stop the receiver of a source that is named
// no more, for good. Nothing else is changed.
func withSources(sdp, before string) string {
	was, now := sections(before), sections(sdp)
	if len(was) != len(now) {
		return sdp
	}
	for i := range now {
		if i > 0 && !strings.Contains(now[i], "\na=ssrc:") {
			now[i] += sources(was[i])
		}
	}
	return strings.Join(now, "")
}

// sections splits sdp before every m= line; the first part is the session's.
func sections(sdp string) []string {
	parts := strings.Split(sdp, "\nm=")
	for i := range parts {
		if i > 0 {
			parts[i] = "m=" + parts[i]
		}
		if i < len(parts)-1 {
			parts[i] += "\n"
		}
	}
	return parts
}

func sources(section string) string {
	var lines strings.Builder
	for line := range strings.Lines(section) {
		if strings.HasPrefix(line, "a=ssrc:") || strings.HasPrefix(line, "a=ssrc-group:") {
			lines.WriteString(line)
		}
	}
	return lines.String()
}
