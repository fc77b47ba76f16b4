package e2e_test

import (
	"regexp"
	"strings"
	"testing"

	"pavilion/sandbox"
	mail "pavilion/sandbox/post"
)

// A member says where to be told, proves that the address is theirs, and the next booking comes as a letter: once, and not in the chat as well.
// The server dies between a question and its answer.
func TestChat_AMemberChoosesToBeToldByMail(t *testing.T) {
	t.Parallel()
	office, err := mail.OpenOffice(nil, false)
	if err != nil {
		t.Fatal(err)
	}
	texts := mail.OpenSMS()
	t.Cleanup(func() {
		texts.Close()
		if err := office.Close(); err != nil {
			t.Error(err)
		}
	})
	n, arjun, zoya := chatSceneIn(t, map[string]string{
		"PAVILION_SMTP_URL": office.URL(), "PAVILION_MAIL_FROM": "Riverside <nets@riverside.example>",
		"PAVILION_SMS_URL": texts.URL(), "PAVILION_SMS_ACCOUNT": mail.Account, "PAVILION_SMS_TOKEN": mail.Token, "PAVILION_SMS_FROM": "+15005550006",
	}, "Net 1")

	say(t, arjun, "/settings")
	screen := await(t, arjun, "🔔 How I tell you")
	if !strings.Contains(screen.Message, "1. Telegram: this chat\n2. e-mail: no address yet\n3. SMS: no address yet") {
		t.Errorf("%q", screen.Message)
	}
	tap(t, arjun, screen, "✉ Set e-mail address")
	await(t, arjun, "Send me your e-mail address.")
	n.Bot.Kill()
	n.serve(t)
	if err := n.Bot.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	say(t, arjun, "nowhere")
	await(t, arjun, "That is not an address.")
	say(t, arjun, "arjun@example.org")
	await(t, arjun, "I am sending a code to arjun@example.org.")
	letters := func(want int) mail.Letter {
		t.Helper()
		var all []mail.Letter
		until(t, "a letter", func() bool {
			all, _ = office.Letters()
			return len(all) >= want
		})
		return all[want-1]
	}
	code := regexp.MustCompile(`\b[0-9]{6}\b`).FindString(letters(1).Subject)
	say(t, arjun, strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, code))
	await(t, arjun, "That is not the code")
	say(t, arjun, code)
	confirmed := await(t, arjun, "2. e-mail: arjun@example.org ✅")
	tap(t, arjun, confirmed, "⬆ First by e-mail")
	told := shows(t, arjun, confirmed, "1. e-mail: arjun@example.org ✅")
	tap(t, arjun, told, "🌙 23:00–08:00")
	told = shows(t, arjun, confirmed, "Quiet from 23:00 to 08:00")
	tap(t, arjun, told, "🔔 No quiet hours")
	told = shows(t, arjun, confirmed, "No quiet hours.")

	// With a command or a tap a question is over: what is typed next is a search again.
	tap(t, arjun, told, "✏ Other quiet hours")
	await(t, arjun, "Send me the hours in which I am to be quiet")
	say(t, arjun, "/settings")
	say(t, arjun, "22:00-07:00")
	slip := n.choose(t, arjun, "07:00", 1)
	if got := n.count(t, `SELECT count(*) FROM contact WHERE quiet_from IS NOT NULL`) + n.count(t, `SELECT count(*) FROM bot_question`); got != 0 {
		t.Errorf("the question was still open: %d", got)
	}

	_, page := keep(t, arjun, slip)
	payOn(t, page)
	if l := letters(2); l.To != "arjun@example.org" || !strings.HasPrefix(l.Subject, "✅ Booked: Net 1") || len(l.Files) != 1 || l.HTML == "" {
		t.Errorf("the letter: %+v", l)
	}
	shows(t, arjun, slip, "✅ Booked\n")
	until(t, "the mark", func() bool {
		return n.count(t, `SELECT count(*) FROM notification WHERE sent_at IS NOT NULL AND channel = 'email'`) == 1
	})
	all, err := arjun.Messages(t.Context(), sandbox.BotName)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if strings.HasPrefix(m.Message, "✅ Booked: Net 1") {
			t.Errorf("it is said in the chat as well: %q", m.Message)
		}
	}

	// Another member's buttons are not hers.
	say(t, zoya, "/settings")
	hers := await(t, zoya, "2. e-mail: no address yet")
	if answer := pressData(t, zoya, hers, button(t, confirmed, func(b string) bool { return strings.HasPrefix(b, "🗑") }, "forget")); !answer.Alert {
		t.Errorf("another's button: %+v", answer)
	}
	if got := n.count(t, `SELECT count(*) FROM contact_address WHERE confirmed_at IS NOT NULL`); got != 1 {
		t.Errorf("%d addresses", got)
	}
}
