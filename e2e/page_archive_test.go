package e2e_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"

	"pavilion/sandbox"
	"pavilion/sandbox/browser"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/telegramweb"
	"pavilion/sandbox/world"
)

// fill types a text into a field, as the keyboard does.
func (v *visitor) fill(selector, text string) {
	v.t.Helper()
	browser.Eval[any](v.t, v.page, fmt.Sprintf(`{ const i = document.querySelector(%q); i.value = %q; i.dispatchEvent(new Event("input", { bubbles: true })); i.dispatchEvent(new Event("change", { bubbles: true })); }`, selector, text))
}

// redPicture is a JPEG of twice the size to which Telegram shrinks the pictures in documents.
func redPicture(t *testing.T) []byte {
	t.Helper()
	red := image.NewRGBA(image.Rect(0, 0, 80, 60))
	draw.Draw(red, red.Rect, image.NewUniform(color.RGBA{R: 200, A: 255}), image.Point{}, draw.Src)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, red, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// fillArchive posts the files that the journeys find.
func (p *pages) fillArchive(t *testing.T) {
	t.Helper()
	p.ready(t) // a new bot gets no messages from before its first start
	admin := connect(t, p.Scene, p.Admin)
	say(t, admin, "/channels add @"+sandbox.ChannelName)
	await(t, admin, "is indexed")
	post(t, p.Scene, "Silver.Lining.S01E01.720p.mkv", "Silver.Lining.S01E02.720p.mkv")
	if _, err := p.Post(p.Channel, world.FileSpec{Kind: world.FileVideo, Name: "Silver.Lining.S02E01.1080p.mkv", Size: 1 << 30, Thumb: redPicture(t)}); err != nil {
		t.Fatal(err)
	}
	found(t, admin, "silver lining", "3 files")
}

// A file is found while its name is typed, and the bot sends it into the person's chat. A tap on the button twice sends it once.
func (p *pages) findsFiles(t *testing.T) {
	who := p.Members[1]
	chat := connect(t, p.Scene, who)
	say(t, chat, "/start")
	await(t, chat, "🏏 Hi")
	v := p.visit(t, telegramweb.Visit{Who: who})
	v.page.Press(t, "Archive")
	v.page.Until(t, `document.querySelector("input[type=search]")`)
	v.fill("input[type=search]", "silver lini")
	v.page.Shows(t, "3 files")
	v.page.Press(t, "Season 2")
	v.page.Shows(t, "1 file")
	const drawn = `[...document.querySelectorAll(".picture img")].filter((i) => i.complete && i.naturalWidth === 40).length === 1`
	v.page.Until(t, drawn)
	v.page.Press(t, "Silver Lining")
	v.page.Shows(t, "Posted on")
	v.page.Until(t, drawn)
	file := v.address()
	v.main("Send to my chat")
	awaitFiles(t, chat, 1)
	v.page.Shows(t, "Sent to your chat.")
	names, _ := filesOf(t, chat)
	if names["Silver.Lining.S02E01.1080p.mkv"] != 1 {
		t.Errorf("the chat has %v", names)
	}
	browser.Eval[any](t, v.page, `history.back()`)
	v.page.Shows(t, "1 file") // the results are still there
	linked := p.visit(t, telegramweb.Visit{Who: who, Start: "f" + strings.ReplaceAll(strings.TrimPrefix(file, "#/file/"), "/", "_")})
	linked.page.Shows(t, "Posted on")
	if at := linked.address(); at != file {
		t.Errorf("the link to %s opens %s", file, at)
	}
	v.fill("input[type=search]", "silver xylophone")
	v.page.Press(t, "Did you mean “silver”?")
	v.page.Shows(t, "3 files")
	p.losesArchive(t, v)
}

// The screen of a film lists the subtitles that fit it. They are sent like any file.
func (p *pages) findsSubtitles(t *testing.T) {
	who := p.Members[1]
	chat := connect(t, p.Scene, who)
	for name, kind := range map[string]world.FileKind{"Copper.Sky.2019.1080p.mkv": world.FileVideo, "Copper.Sky.English.srt": world.FileDocument, "Copper.Moon.srt": world.FileDocument} {
		if _, err := p.Post(p.Channel, world.FileSpec{Kind: kind, Name: name, Size: 1 << 20}); err != nil {
			t.Fatal(err)
		}
	}
	found(t, chat, "copper", "3 files")
	_, before := filesOf(t, chat)
	v := p.visit(t, telegramweb.Visit{Who: who})
	v.page.Press(t, "Archive")
	v.page.Until(t, `document.querySelector("input[type=search]")`)
	v.fill("input[type=search]", "copper sky 1080p")
	v.page.Press(t, "Copper Sky")
	v.page.Shows(t, "Subtitles")
	if names := browser.Eval[[]string](t, v.page, `[...document.querySelectorAll(".cards .card b")].map((b) => b.textContent)`); len(names) != 1 || names[0] != "Copper.Sky.English.srt" {
		t.Errorf("the subtitles are %q", names)
	}
	v.readable("a film with subtitles")
	v.page.Press(t, "Copper.Sky.English.srt")
	v.page.Until(t, `document.querySelector("h1").textContent === "Copper.Sky.English.srt" && !document.querySelector(".cards")`)
	v.main("Send to my chat")
	v.page.Shows(t, "Sent to your chat.")
	awaitFiles(t, chat, len(before)+1)
	if names, _ := filesOf(t, chat); names["Copper.Sky.English.srt"] != 1 {
		t.Errorf("the chat has %v", names)
	}
}

// losesArchive stops one database of the archive, then all of them. The page says that something may be missing, then that the archive cannot be searched.
func (p *pages) losesArchive(t *testing.T, v *visitor) {
	t.Helper()
	v.expected = []string{"status of 503 (Service Unavailable) " + p.base + "/api/v1/archive/search"}
	for i, says := range []string{"A part of the archive does not answer right now. There may be more. (archive 1)", "The archive does not answer right now. Please try again in a minute."} {
		p.Engines.StopMongo(i)
		v.fill("input[type=search]", fmt.Sprintf("silver lining s0%d", i+1))
		v.page.Shows(t, says)
	}
	for i := range p.Engines.MongoURIs {
		if err := p.Engines.StartMongo(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "the whole archive answers", func() bool {
		a, err := p.boss.Send(t.Context(), http.MethodGet, "/archive/search?text=silver", "", nil)
		return err == nil && a.Status == http.StatusOK && strings.Contains(string(a.Body), `"missing":[]`)
	})
	v.page.Press(t, "Try again")
	v.page.Until(t, `document.querySelector(".title") && !document.querySelector(".notice")`)
}

// A banned person is refused in the archive as in the chat, and can still book.
func (p *pages) isBanned(t *testing.T) {
	who := p.someone()
	if _, err := p.db.Exec(t.Context(), `INSERT INTO ban (person, reason, banned_by, banned_at) VALUES ($1, '', 1, now())`, who.ID); err != nil {
		t.Fatal(err)
	}
	v := p.visit(t, telegramweb.Visit{Who: who})
	v.page.Press(t, "Archive")
	v.page.Until(t, `document.querySelector("input[type=search]")`)
	v.fill("input[type=search]", "silver")
	v.page.Shows(t, "You cannot use the archive here any more.")
	v.day(12)
}

// The staff check members in, take money, lay a block over a booking and close a day.
func (p *pages) worksAtTheDesk(t *testing.T) {
	member := p.visit(t, telegramweb.Visit{Who: p.someone()})
	day := member.day(13)
	member.hold("Net 1", "10:00")
	id := member.bookingID()

	v := p.visit(t, telegramweb.Visit{Who: p.Admin})
	v.day(13)
	v.page.Press(t, "Club desk")
	v.page.Until(t, `document.querySelector(".days button")`)
	v.goTo("#/desk/" + day)
	v.page.Press(t, "Paid in cash: 10:00–11:00, Net 1")
	v.page.Until(t, `document.querySelector(".card.confirmed")`)
	v.page.Press(t, "Here: 10:00–11:00, Net 1")
	v.page.Until(t, `document.querySelector(".card [role=alert]")`) // it is too early to check in

	p.readsOffline(t, v)

	v.goTo("#/block/" + day)
	v.choose("Net 1")
	v.fill("input[type=datetime-local]", day+"T09:00")
	v.main("Block")
	v.page.Shows(t, "In the way")
	v.fill("select", fmt.Sprint(p.club.Nets[1]))
	v.main("Block")
	v.page.Until(t, `location.hash.startsWith("#/desk/") && document.body.innerText.includes("Blocked")`)
	if n := p.count(t, `SELECT count(*) FROM booking_slot WHERE booking_id = $1 AND net_id = $2 AND state = 'confirmed'`, id, p.club.Nets[1]); n != 1 {
		t.Error("the booking in the way did not move")
	}

	v.goTo("#/closures")
	v.choose("Net 4")
	v.fill("input[type=datetime-local]", day+"T06:00")
	browser.Eval[any](t, v.page, `(async () => {
		const i = document.querySelectorAll("input[type=datetime-local]")[1];
		i.value = "`+day+`T21:00";
		i.dispatchEvent(new Event("change", { bubbles: true }));
		await new Promise((done) => setTimeout(done)); // before the next frame is drawn
		Telegram.WebView.receiveEvent("main_button_pressed", null);
	})()`)
	v.page.Until(t, `document.querySelector("[aria-label^='Lift: ']")?.ariaLabel.includes("21:00")`)
	v.page.Press(t, "Lift: ")
	v.page.Shows(t, "Nothing is closed.")

	if a := act(t, p.boss, p.club.Path("/bookings/%d/reschedule", id), "dearer", map[string]any{"start": day + "T18:00", "end": day + "T19:00", "nets": p.club.Nets[1:2]}); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	v.goTo("#/reviews")
	v.page.Shows(t, "Moved to another price")
	v.page.Press(t, "Nothing to do")
	v.page.Shows(t, "Nothing to decide.")
	p.givesBack(t, v)
	p.rains(t, v, day)
	p.rainsOnPaid(t, v)
	if n := v.weight(); n < 45_000 || n > 52_000 {
		t.Errorf("all screens in one language are %d bytes", n)
	}
}

// givesBack refunds a payment of another amount than the price, after a second tap.
func (p *pages) givesBack(t *testing.T, v *visitor) {
	t.Helper()
	payment, err := p.bill(t, p.open(t, p.someone()), miniapp.Slot(p.club.Day(23), "12:00", "13:00", p.club.Nets[2]))
	if err := errors.Join(err, p.Gateway.PayOther(payment, 15000, "INR")); err != nil {
		t.Fatal(err)
	}
	until(t, "the review is open", func() bool { return p.count(t, `SELECT count(*) FROM payment_review WHERE closed_at IS NULL`) == 1 })
	v.goTo("#/desk")
	v.goTo("#/reviews")
	v.page.Shows(t, "Another amount")
	v.page.Press(t, "Give back")
	v.page.Shows(t, "Give back ₹150? This cannot be undone.")
	v.page.Press(t, "Not now")
	v.page.Press(t, "Give back")
	v.page.Press(t, "Yes, give back")
	v.page.Shows(t, "Nothing to decide.")
	until(t, "the money is back", func() bool {
		return p.count(t, `SELECT count(*) FROM payment WHERE checkout = $1 AND state = 'refunded'`, payment) == 1
	})
}

// readsOffline leaves and opens the sheet without a connection: it can be read, with its age, and nothing on it can be pressed.
func (p *pages) readsOffline(t *testing.T, v *visitor) {
	t.Helper()
	browser.Eval[any](t, v.page, `{ window.real = fetch; window.fetch = () => Promise.reject(new TypeError("offline")); dispatchEvent(new Event("offline")); }`)
	sheet := v.address()
	v.goTo("#/settings")
	v.page.Until(t, `!document.querySelector(".sheet-list")`)
	v.goTo(sheet)
	v.page.Shows(t, "without a connection")
	v.page.Until(t, `document.querySelector(".sheet-list .card .pair button") && [...document.querySelectorAll(".sheet-list .pair button")].every((b) => b.disabled)`)
	browser.Eval[any](t, v.page, `{ window.fetch = real; dispatchEvent(new Event("online")); }`)
	v.page.Until(t, `[...document.querySelectorAll(".sheet-list .pair button")].some((b) => !b.disabled)`)
}
