package theme

import (
	"image/color"
	"math"
	"testing"
)

// luminance and ratio follow WCAG 2.2.
func luminance(c color.NRGBA) float64 {
	channel := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(c.R) + 0.7152*channel(c.G) + 0.0722*channel(c.B)
}

func ratio(a, b color.NRGBA) float64 {
	la, lb := luminance(a), luminance(b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func over(top, ground color.NRGBA) color.NRGBA {
	mix := func(t, g uint8) uint8 { return uint8((int(t)*int(top.A) + int(g)*(255-int(top.A))) / 255) }
	return color.NRGBA{mix(top.R, ground.R), mix(top.G, ground.G), mix(top.B, ground.B), 255}
}

func TestTextCanBeRead(t *testing.T) {
	for _, p := range []*Palette{Light(), Dark()} {
		pairs := []struct {
			name         string
			text, ground color.NRGBA
		}{
			{"text on ground", p.Text, p.Ground}, {"text on card", p.Text, p.Card}, {"text on raised", p.Text, p.Raised},
			{"soft on ground", p.Soft, p.Ground}, {"soft on card", p.Soft, p.Card}, {"soft on raised", p.Soft, p.Raised},
			{"faint on ground", p.Faint, p.Ground}, {"faint on card", p.Faint, p.Card}, {"faint on raised", p.Faint, p.Raised},
			{"accent on card", p.Accent, p.Card}, {"accent on its soft", p.Accent, p.AccentSoft},
			{"accent on ground", p.Accent, p.Ground},
			{"label of the filled button", p.OnAccent, p.Accent}, {"pressed", p.OnAccent, p.AccentPress},
			{"label of the stop button", p.OnStop, p.StopFill}, {"pressed stop", p.OnStop, p.StopFillPress},
			{"amber chip", p.Wait, p.WaitSoft}, {"red chip", p.Stop, p.StopSoft}, {"green chip", p.Ok, p.OkSoft},
			{"red on card", p.Stop, p.Card}, {"hovered line button", p.Text, over(p.Hover, p.Card)},
			{"pressed line button", p.Text, over(p.Press, p.Card)}, {"text on control", p.Text, p.Control},
			{"hovered quiet button", p.Accent, over(p.Hover, p.Card)},
		}
		for _, c := range pairs {
			if r := ratio(c.text, c.ground); r < 4.5 {
				t.Errorf("%s: %s has %.2f:1, wants 4.5:1", p.Name, c.name, r)
			}
		}
	}
}

func TestEdgesCanBeSeen(t *testing.T) {
	for _, p := range []*Palette{Light(), Dark()} {
		pairs := []struct {
			name         string
			edge, ground color.NRGBA
		}{
			{"field edge on card", p.Edge, p.Card}, {"field edge on ground", p.Edge, p.Ground},
			{"focus ring on card", p.Accent, p.Card}, {"focus ring on ground", p.Accent, p.Ground},
			{"filled button on card", p.Accent, p.Card}, {"stop button on ground", p.StopFill, p.Ground},
			{"edge on control", p.Edge, p.Control},
		}
		for _, c := range pairs {
			if r := ratio(c.edge, c.ground); r < 3 {
				t.Errorf("%s: %s has %.2f:1, wants 3:1", p.Name, c.name, r)
			}
		}
	}
}
