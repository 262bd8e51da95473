package letter

import (
	"fmt"
	"html"
	"strings"
)

// A block is one piece of an e-mail. A block without text is left out.
type block struct {
	kind blockKind
	text string
}

type blockKind int

const (
	lead blockKind = iota
	paragraph
	heading
	under // what belongs to the heading above it
	link
	pin
	code
	small
)

// plain is the text part. Links and codes stand alone on their lines: mail programs cut and rewrap the rest.
func plain(blocks []block) string {
	var b strings.Builder
	for i, p := range blocks {
		if p.text == "" {
			continue
		}
		if i > 0 && blocks[i-1].kind != heading {
			b.WriteByte('\n')
		}
		b.WriteString(p.text)
		b.WriteByte('\n')
	}
	return b.String()
}

// The looks, with the colours of the page. They stand inline because many mail programs drop style sheets; those that
// keep them get the dark theme from darkStyle. Every text says its colour and stands on a ground that says its own, so
// that no program can pair a colour of ours with one of its own.
const (
	darkStyle = `@media (prefers-color-scheme:dark){.ground{background:#101716!important}.card{background:#182120!important;border-color:#2B3735!important}` +
		`.text{color:#E9EEEC!important}.soft{color:#A3AFAC!important}.link{color:#5CC4B6!important}.button{background:#5CC4B6!important;color:#06201D!important}` +
		`.pin{background:#1E2928!important;border-color:#6B7A77!important;color:#E9EEEC!important}}`
	pageTop = `<!doctype html>
<html lang="%s"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
		`<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><title>%s</title><style>%s</style></head>
<body class="ground" style="margin:0;padding:0;background:#F5F4F0">
<table role="presentation" class="ground" width="100%%" cellpadding="0" cellspacing="0" style="background:#F5F4F0"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" class="card" cellpadding="0" cellspacing="0" style="max-width:560px;width:100%%;background:#FFFFFF;border:1px solid #E2DFD8;border-radius:16px"><tr>` +
		`<td class="text" style="padding:28px 24px;text-align:left;color:#16211F;font-family:Inter,system-ui,'Segoe UI',Roboto,sans-serif">
`
	pageEnd = "</td></tr></table>\n</td></tr></table>\n</body></html>\n"
)

// page is the HTML part: one column, no pictures, nothing loaded, readable with large letters and without styles.
func page(language, subject, button string, blocks []block) string {
	var b strings.Builder
	fmt.Fprintf(&b, pageTop, language, html.EscapeString(subject), darkStyle)
	for _, p := range blocks {
		if p.text != "" {
			b.WriteString(p.html(button) + "\n")
		}
	}
	b.WriteString(pageEnd)
	return b.String()
}

func (p block) html(button string) string {
	text := strings.ReplaceAll(html.EscapeString(p.text), "\n", "<br>")
	switch p.kind {
	case lead:
		return `<p class="text" style="margin:0;font-size:20px;line-height:1.45;font-weight:600;color:#16211F">` + text + `</p>`
	case heading:
		return `<p class="text" style="margin:28px 0 10px;font-size:17px;line-height:1.4;font-weight:600;color:#16211F">` + text + `</p>`
	case under:
		return `<p class="text" style="margin:0;font-size:16px;line-height:1.5;color:#16211F">` + text + `</p>`
	case link:
		return fmt.Sprintf(`<p style="margin:16px 0 0"><a class="button" href="%s" style="display:inline-block;padding:14px 24px;border-radius:12px;background:#0B6B63;`+
			`color:#FFFFFF;font-size:18px;line-height:1.4;font-weight:600;text-decoration:none">%s</a></p>`+"\n"+
			`<p style="margin:12px 0 0;font-size:16px;line-height:1.5;word-break:break-all"><a class="link" href="%s" style="color:#0B6B63">%s</a></p>`,
			text, html.EscapeString(button), text, text)
	case pin:
		return `<p style="margin:16px 0 0"><span class="pin" style="display:inline-block;padding:8px 8px 8px 18px;border:1px solid #85827A;border-radius:12px;background:#FBFAF8;` +
			`color:#16211F;font-size:34px;line-height:1.3;font-weight:600;letter-spacing:.16em;font-variant-numeric:tabular-nums">` + text + `</span></p>`
	case code:
		return `<p class="text" style="margin:6px 0 0;font-size:17px;line-height:1.6;color:#16211F;font-family:ui-monospace,Consolas,monospace">` + text + `</p>`
	case small:
		return `<p class="soft" style="margin:24px 0 0;font-size:16px;line-height:1.5;color:#5A6663">` + text + `</p>`
	}
	return `<p class="text" style="margin:24px 0 0;font-size:16px;line-height:1.5;color:#16211F">` + text + `</p>`
}
