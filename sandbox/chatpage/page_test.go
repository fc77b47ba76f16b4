package chatpage_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/browser"
	"pavilion/sandbox/chatpage"
	"pavilion/sandbox/world"
)

// picture is where `make picture` wants a screenshot; empty in other runs.
var picture = os.Getenv("PAVILION_CHATPAGE_PICTURE") //nolint:gochecknoglobals // read once

// openScene starts a club with an archive, a net that is paid online, and the page.
func openScene(t *testing.T) (page *chatpage.Server, app string) {
	t.Helper()
	s, err := sandbox.Open(t.Context(), sandbox.Options{Quick: true, Gateway: true, Env: map[string]string{"PAVILION_PAGE_SIZE": "5"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	page, err = chatpage.Start(t.Context(), chatpage.Options{DC: s.DC, Bot: sandbox.BotName, BotToken: sandbox.BotToken})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = page.Close() })
	page.Add(s.Admin, "admin")
	page.Add(s.Members[0], "member")
	s.SetEnv("PAVILION_PAYMENT_RETURN_URL", page.PaidURL())
	s.SetEnv("PAVILION_TELEGRAM_WEB", page.Origin())
	s.SetEnv("PAVILION_TELEGRAM_PROVIDER_TOKEN", sandbox.ProviderToken)
	out, err := s.Run(t.Context(), "club", "create", "--name", "Riverside Nets", "--zone", "Asia/Kolkata", "--currency", "INR", "--nets", "2",
		"--hours", "06:00-22:00", "--price", "300/450", "--pays-online")
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := s.StartBot(t.Context()); err != nil {
		t.Fatal(err)
	}
	fill(t, s)
	app = "http://" + s.Bot.Addr() + "/app/"
	page.ServeApp(app)
	return page, app
}

// fileSize is small, because a test downloads one.
const fileSize = 90 << 10

// fill lets the admin index the channel and posts files in it. It returns when all are found.
func fill(t *testing.T, s *sandbox.Scene) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	meera, err := s.Connect(ctx, s.Admin)
	if err != nil {
		t.Fatal(err)
	}
	defer meera.Close()
	if err := meera.Send(ctx, sandbox.BotName, "/channels add @"+sandbox.ChannelName); err != nil {
		t.Fatal(err)
	}
	if _, err := meera.Await(ctx, sandbox.BotName, func(m *tg.Message) bool { return strings.Contains(m.Message, "is indexed") }); err != nil {
		t.Fatal(err)
	}
	specs := []world.FileSpec{{Kind: world.FileVideo, Name: "Virat_Kohli-Cover_Drive_masterclass[4K].mp4", Size: 412 << 20, Caption: "Watch the front foot"}}
	for i := range 8 {
		name := fmt.Sprintf("Village.Cricket.Diaries.S01E%02d.720p.WEB-DL.mkv", i+1)
		specs = append(specs, world.FileSpec{Kind: world.FileVideo, Name: name, Size: fileSize, Caption: fmt.Sprintf("Season 1, part %d of 8", i+1)})
	}
	if _, err := s.Post(s.Channel, specs...); err != nil {
		t.Fatal(err)
	}
	for all := false; !all; {
		if err := meera.Send(ctx, sandbox.BotName, "village cricket"); err != nil {
			t.Fatal(err)
		}
		answer, err := meera.Await(ctx, sandbox.BotName, func(m *tg.Message) bool { return strings.Contains(m.Message, "🔎 village cricket") })
		if err != nil {
			t.Fatal(err)
		}
		all = strings.Contains(answer.Message, "8 files")
		// Each answer is deleted, so that the next one is the only one of its kind.
		if _, err := meera.API.MessagesDeleteMessages(ctx, &tg.MessagesDeleteMessagesRequest{Revoke: true, ID: []int{answer.ID}}); err != nil {
			t.Fatal(err)
		}
	}
}

// visitor is a browser on the page.
type visitor struct {
	*browser.Tab
	t *testing.T
}

// patience is the longest time of a step.
const patience = time.Minute

// Do runs steps on the page; a step that takes too long ends the test with the text of the page.
func (v visitor) Do(steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	for _, step := range steps {
		v.Tab.Do(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
			short, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			nothing, err := step(short, target)
			if err != nil && ctx.Err() == nil {
				shown, terr := chromedp.Evaluate[string](`document.body.innerText`)(ctx, target)
				err = errors.Join(fmt.Errorf("%w; the page shows:\n%s", err, shown), terr)
			}
			return nothing, err
		})
	}
}

// inPane returns an XPath below the pane of a person.
func inPane(person, path string) chromedp.Search {
	return chromedp.Search(fmt.Sprintf(`//section[@aria-label=%q]%s`, person, path))
}

// sees waits until the newest message of a person's pane contains a text.
func (v visitor) sees(person, text string) {
	v.t.Helper()
	v.Do(chromedp.WaitVisible(inPane(person, fmt.Sprintf(`//ol/li[last()][contains(., %q)]`, text))))
}

// taps taps the first button of the newest message with a text.
func (v visitor) taps(person, text string) {
	v.t.Helper()
	v.Do(chromedp.Click(inPane(person, fmt.Sprintf(`//ol/li[last()]//*[@class="button" and contains(., %q)]`, text))))
}

// writes sends a text with the keyboard.
func (v visitor) writes(person, text string) {
	v.t.Helper()
	v.Do(chromedp.SendKeys(inPane(person, `//textarea`), text+"\r"))
}

// count evaluates the number of elements.
func (v visitor) count(selector string) int {
	v.t.Helper()
	return browser.Read(v.Tab, chromedp.Evaluate[int](fmt.Sprintf(`document.querySelectorAll(%q).length`, selector)))
}

func TestPage_PeopleSearchBookAndPaySideBySide(t *testing.T) {
	t.Parallel()
	page, app := openScene(t)
	v := visitor{browser.Open(t), t}
	downloads, finished := v.keepDownloads()
	v.Do(chromedp.EmulateViewport(1280, 800), chromedp.Navigate(page.URL()))

	// Arjun searches with a typing error, turns the page, and downloads a file.
	v.Do(chromedp.Click(chromedp.Search(`//button[contains(@class, "person") and contains(., "Arjun")]`)), chromedp.Click(inPane("Arjun", `//button[text()="Start"]`)))
	v.sees("Arjun", "Hi")
	v.writes("Arjun", "vilage cricket diaries")
	v.sees("Arjun", "page 1 of 2")
	before := v.count(".pane li")
	v.taps("Arjun", "▶")
	v.sees("Arjun", "page 2 of 2")
	if after := v.count(".pane li"); after != before {
		t.Errorf("a page was turned, and there are %d messages where there were %d", after, before)
	}
	v.taps("Arjun", "S01E0")
	v.sees("Arjun", "of 8")
	v.Do(chromedp.Click(inPane("Arjun", `//ol/li[last()]//a[@download]`)))
	checkDownload(t, downloads, finished)

	// Somebody new sits beside and books a net. Each tap edits the same message.
	v.Do(chromedp.SendKeys(chromedp.CSS("#name"), "Nina"), chromedp.Click(chromedp.CSS("#new button")))
	v.Do(chromedp.Click(inPane("Nina", `//button[text()="Start"]`)))
	v.sees("Nina", "Hi")
	v.Do(chromedp.Click(chromedp.CSS(`[aria-label="Open Arjun beside the others"]`)), chromedp.WaitVisible(inPane("Arjun", `//a[@download]`)))
	if panes := v.count(".pane"); panes != 2 {
		t.Fatalf("%d panes, want two side by side", panes)
	}
	v.writes("Nina", "/book")
	v.sees("Nina", "When do you want to play?")
	before = v.count(`.pane[aria-label="Nina"] li`)
	v.taps("Nina", "Tomorrow")
	v.taps("Nina", "₹")
	v.sees("Nina", "Total:")
	v.taps("Nina", "Keep it for me")
	v.sees("Nina", "Kept for you")
	v.taps("Nina", "Test card")
	v.Do(chromedp.WaitVisible(inPane("Nina", `//ol/li[last()]//a[@class="button"]`)))
	if after := v.count(`.pane[aria-label="Nina"] li`); after != before {
		t.Errorf("the booking takes %d messages, want one that is edited", after-before+1)
	}
	checkout := browser.Read(v.Tab, chromedp.Evaluate[string](`document.querySelector('.pane[aria-label="Nina"] li:last-child a.button').href`))
	if back := payAt(t, checkout); back != page.PaidURL() {
		t.Errorf("the payment page leads to %q", back)
	}
	v.Do(chromedp.WaitVisible(inPane("Nina", `//li[contains(., "✅ Booked")]`)))

	v.takePicture()

	// Arjun searches inline while typing. The chosen file is his message.
	v.Do(chromedp.SendKeys(inPane("Arjun", `//textarea`), "@"+sandbox.BotName+" cover drive"), chromedp.Click(inPane("Arjun", `//*[@class="results"]/button[contains(., "Cover_Drive")]`)))
	v.Do(chromedp.WaitVisible(inPane("Arjun", `//li[contains(@class, "out")]//a[@download and contains(., "Cover_Drive")]`)))
	if shown := v.count(`.pane[aria-label="Arjun"] .results:not([hidden])`); shown != 0 {
		t.Error("the results are still shown")
	}

	// Texts of others are texts only.
	v.writes("Arjun", `<img src=x onerror="document.title='hostile'">`)
	v.Do(chromedp.WaitVisible(inPane("Arjun", `//li[contains(@class, "out") and contains(., "<img src=x")]`)))
	if left := browser.Read(v.Tab, chromedp.Evaluate[string](`document.querySelector('.pane[aria-label="Arjun"] textarea').value`)); left != "" {
		t.Errorf("the composer keeps %q after Enter", left)
	}
	if images := v.count(".pane img"); images != 0 {
		t.Error("a message became markup")
	}

	// Arjun opens the Mini App in a frame, which gets his name, the theme and the presses of Telegram's buttons.
	v.Do(chromedp.Click(inPane("Arjun", `//button[text()="Open the page"]`)))
	framed := v.Frame(app)
	const tomorrow = `document.querySelectorAll(".days button")[1]` // late in the evening today has no times any more
	framed.Until(t, tomorrow)
	browser.Eval[any](t, framed, tomorrow+`.click()`)
	const free = `document.querySelector('.cell.free[aria-label*="Net 1, "]')`
	framed.Until(t, tomorrow+`?.ariaCurrent && `+free)
	browser.Eval[any](t, framed, free+`.click()`)
	v.Do(chromedp.WaitVisible(chromedp.Search(`//dialog[@id="app"]//button[contains(., "Hold")]`)))
	v.Do(chromedp.Click(chromedp.Search(`//dialog[@id="app"]//button[text()="Dark or light"]`)))
	framed.Until(t, `document.documentElement.dataset.theme === "dark"`)
	v.Do(chromedp.Click(chromedp.Search(`//dialog[@id="app"]//button[contains(., "Hold")]`)))
	framed.Until(t, `document.querySelector('[role="timer"]') && document.querySelectorAll(".ways input").length === 2`)

	// The app opens an invoice over itself. It is paid, and the app is told that it failed.
	browser.Eval[any](t, framed, `{ document.querySelectorAll(".ways input")[1].click(); }
		new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => drawn(null)))))`)
	v.Do(chromedp.Click(chromedp.Search(`//dialog[@id="app"]//button[contains(., "Pay")]`)))
	v.Do(chromedp.Click(chromedp.Search(`//dialog[@id="pay"]//button[contains(., "tell the page that it failed")]`)))
	framed.Shows(t, "Booked")

	// The app shares the booking. The page shows the message first, and has one chat to send it into.
	framed.Press(t, "Share")
	v.Do(chromedp.Click(chromedp.Search(`//dialog[@id="share" and contains(., "Net 1")]//button[contains(., "Send it into this chat")]`)))
	framed.Until(t, `[...document.querySelectorAll('[role="status"]')].some((s) => s.textContent === "Sent")`)
	v.Do(chromedp.Click(chromedp.Search(`//dialog[@id="app"]//button[contains(., "Back")]`)))
	framed.Until(t, `document.querySelector(".cell.mine")`)
	v.Do(chromedp.Click(chromedp.Search(`//dialog[@id="app"]//button[text()="Close"]`)), chromedp.WaitNotVisible(chromedp.CSS("#app")))
	v.Do(chromedp.WaitVisible(inPane("Arjun", `//li[contains(@class, "out") and contains(., "Riverside Nets")]`)))

	// The address keeps the two chats over a reload.
	v.Do(chromedp.Reload(), chromedp.WaitVisible(inPane("Nina", `//li[contains(., "✅ Booked")]`)), chromedp.WaitVisible(inPane("Arjun", `//a[@download]`)))
	if said := v.Complaints(); len(said) > 0 {
		t.Errorf("the browser complains: %q", said)
	}
	for _, url := range v.Requests() {
		if !strings.HasPrefix(url, page.URL()) && !strings.HasPrefix(url, "data:") && url != "about:blank" && !strings.HasPrefix(url, strings.TrimSuffix(app, "app/")) {
			t.Errorf("a request to %s", url)
		}
	}
}

// payAt pays on the page of the payment service and returns the address it leads to.
func payAt(t *testing.T, checkout string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, checkout+"/pay", nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // not read
	return res.Header.Get("Location")
}

// keepDownloads makes the browser save downloads in a folder and returns a signal of finished ones.
func (v visitor) keepDownloads() (dir string, finished <-chan struct{}) {
	v.t.Helper()
	dir = v.t.TempDir()
	done := make(chan struct{}, 1)
	v.Tab.Do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		err := chromedp.ListenBrowser(ctx, func(event any) {
			if e, ok := event.(*cdbrowser.EventDownloadProgress); ok && e.State == cdbrowser.DownloadProgressStateCompleted {
				done <- struct{}{}
			}
		})
		if err != nil {
			return err
		}
		events := true
		_, err = chromedp.CallBrowser(ctx, cdbrowser.SetDownloadBehavior, cdbrowser.SetDownloadBehaviorParams{
			Behavior: cdbrowser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir, EventsEnabled: &events,
		})
		return err
	}))
	return dir, done
}

func checkDownload(t *testing.T, dir string, finished <-chan struct{}) {
	t.Helper()
	select {
	case <-finished:
	case <-time.After(patience):
		t.Fatal("nothing was downloaded")
	}
	files, err := filepath.Glob(filepath.Join(dir, "Village.Cricket.Diaries.S01E*.mkv"))
	if err != nil || len(files) != 1 {
		t.Fatalf("downloaded: %q, %v", files, err)
	}
	if info, err := os.Stat(files[0]); err != nil || info.Size() != fileSize {
		t.Errorf("the download is %v, %v", info, err)
	}
}

// takePicture saves a screenshot where one is wanted.
func (v visitor) takePicture() {
	v.t.Helper()
	if picture == "" {
		return
	}
	if err := os.WriteFile(picture, browser.Read(v.Tab, chromedp.CaptureScreenshot()), 0o600); err != nil {
		v.t.Fatal(err)
	}
}
