package call

import "testing"

func TestWithSources(t *testing.T) {
	const (
		head  = "v=0\r\ns=-\r\n"
		audio = "m=audio 9 x 111\r\na=mid:0\r\n"
		video = "m=video 9 x 96\r\na=mid:1\r\n"
		one   = "a=ssrc:1 cname:x\r\n"
		two   = "a=ssrc-group:FID 2 3\r\na=ssrc:2 cname:x\r\na=ssrc:3 cname:x\r\n"
	)
	for name, c := range map[string]struct{ sdp, before, want string }{
		"the first":      {head + audio + video, "", head + audio + video},
		"both lost":      {head + audio + video, head + audio + one + video + two, head + audio + one + video + two},
		"one lost":       {head + audio + one + video, head + audio + one + video + two, head + audio + one + video + two},
		"others named":   {head + audio + "a=ssrc:9 cname:y\r\n", head + audio + one, head + audio + "a=ssrc:9 cname:y\r\n"},
		"other sections": {head + audio, head + audio + one + video, head + audio},
		"nothing":        {"", "", ""},
	} {
		if got := withSources(c.sdp, c.before); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
