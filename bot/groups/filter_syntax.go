package groups

import (
	"strings"
	"unicode"

	"pavilion/bot/telegram"
	domain "pavilion/filter/groups"
)

// quotes are the pairs of quotation marks that keyboards make.
const quotes = `""“”„“«»''‘’`

// splitWords splits the text of /filter into the words of the filter, which stand in quotation marks or are one word, and the rest with its place in
// the text.
func splitFilter(text string) (words string, rest string) {
	text = strings.TrimSpace(text)
	list := []rune(quotes)
	for i := 0; i < len(list); i += 2 {
		open, end := string(list[i]), string(list[i+1])
		if inner, ok := strings.CutPrefix(text, open); ok {
			if words, rest, ok = strings.Cut(inner, end); ok {
				return strings.TrimSpace(words), strings.TrimSpace(rest)
			}
		}
	}
	end := strings.IndexFunc(text, unicode.IsSpace)
	if end < 0 {
		return text, ""
	}
	return text[:end], strings.TrimSpace(text[end:])
}

// The kinds of buttons, as other bots of this kind write them too.
const (
	markURL   = "](buttonurl:"
	markAlert = "](buttonalert:"
	markSame  = ":same"
)

// parseButtons finds the buttons in a text: [Text](buttonurl:https://…) and [Text](buttonalert:…), with :same before the closing parenthesis for the row
// of the button before. It returns the parts of the text that they are.
func parseButtons(text string) (buttons []domain.Button, parts []telegram.Span) {
	for at := 0; at < len(text); {
		start := strings.IndexByte(text[at:], '[')
		if start < 0 {
			break
		}
		start += at
		b, end, ok := parseButton(text, start)
		if !ok {
			at = start + 1
			continue
		}
		buttons = append(buttons, b)
		parts = append(parts, telegram.Span{From: start, To: end})
		at = end
	}
	return buttons, parts
}

// parseButton reads the button that begins at an opening bracket. Parentheses inside of it are in pairs.
func parseButton(text string, start int) (b domain.Button, end int, ok bool) {
	label := strings.IndexByte(text[start:], ']')
	if label < 0 {
		return b, 0, false
	}
	label += start
	var content int
	isURL := strings.HasPrefix(text[label:], markURL)
	switch {
	case isURL:
		content = label + len(markURL)
	case strings.HasPrefix(text[label:], markAlert):
		content = label + len(markAlert)
	default:
		return b, 0, false
	}
	depth := 1
	for end = content; end < len(text); end++ {
		switch text[end] {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			break
		}
	}
	if depth > 0 {
		return b, 0, false
	}
	value := strings.TrimSpace(text[content:end])
	value, b.SameRow = strings.CutSuffix(value, markSame)
	b.Text = strings.TrimSpace(text[start+1 : label])
	if value = strings.TrimSpace(value); isURL {
		b.URL = withScheme(value)
	} else {
		b.Alert = value
	}
	return b, end + 1, true
}

// withScheme adds https to a link that was typed without a scheme.
func withScheme(link string) string {
	if strings.Contains(link, "://") {
		return link
	}
	return "https://" + strings.TrimPrefix(link, "//")
}
