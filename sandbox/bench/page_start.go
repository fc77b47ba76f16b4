package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"pavilion/sandbox"
	"pavilion/sandbox/install"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/world"
)

const (
	pageRuns      = 7
	pageLatency   = 150         // ms until an answer begins
	pageBandwidth = 1.6e6 / 8   // bytes a second
	pageSlowdown  = 4           // of the processor
	pageWithin    = time.Minute // for one start
	firstVisitor  = 900_000_001 // who has no session yet
)

// usable resolves at the first frame after which a free time is drawn and takes a tap, with the ms since the navigation began.
const usable = `window.usable = new Promise((done) => {
	const look = () => {
		const cell = document.querySelector("button.cell.free");
		if (cell) {
			const at = cell.getBoundingClientRect();
			if (document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2) === cell) return setTimeout(() => done(performance.now()));
		}
		requestAnimationFrame(look);
	};
	look();
});`

// client is the least that the page asks of Telegram's client on a phone.
const client = `window.TelegramWebviewProxy = { postEvent() {} };`

// starts measures the time from the navigation until the day can be tapped: in a browser that has never been there, and again in the same browser. The
// baseline is a page of one line with the same headers.
func (b *pageBench) starts(ctx context.Context) error {
	bare, stop, err := b.barePage(ctx)
	if err != nil {
		return err
	}
	defer stop()
	var cold, warm, bareCold, bareWarm []pageStart
	for run := range pageRuns {
		address, err := b.launch(firstVisitor + int64(run))
		if err != nil {
			return err
		}
		for _, one := range []struct {
			address    string
			cold, warm *[]pageStart
		}{{address, &cold, &warm}, {bare, &bareCold, &bareWarm}} {
			took, err := visit(ctx, one.address, 2)
			if err != nil {
				return fmt.Errorf("start of %.40s: %w", one.address, err)
			}
			*one.cold, *one.warm = append(*one.cold, took[0]), append(*one.warm, took[1])
		}
	}
	fmt.Fprintf(b.out, "# %d starts in a new browser each; 1.6 Mbit/s, %d ms until an answer begins, processor slowed down %d times\n", pageRuns, pageLatency, pageSlowdown)
	b.times("page_cold", usableAfter(cold), usableAfter(bareCold))
	b.times("page_warm", usableAfter(warm), usableAfter(bareWarm))
	printSplit(b.out, "first start", cold)
	printSplit(b.out, "second start", warm)
	return nil
}

// usableAfter returns the times until the page was usable, sorted.
func usableAfter(starts []pageStart) []time.Duration {
	var all []time.Duration
	for _, s := range starts {
		all = append(all, time.Duration(s.Usable*float64(time.Millisecond)))
	}
	slices.Sort(all)
	return all
}

// launch is the address at which a client opens the page for a person, at the club's first day.
func (b *pageBench) launch(who int64) (string, error) {
	data, err := miniapp.InitData(sandbox.BotToken, world.User{ID: who, First: "Visitor"}, time.Now())
	if err != nil {
		return "", err
	}
	launch := url.Values{
		"tgWebAppData": {data}, "tgWebAppVersion": {"8.0"}, "tgWebAppPlatform": {"android"}, "tgWebAppThemeParams": {"{}"},
		"tgWebAppStartParam": {fmt.Sprintf("c%d_d%s", b.club.ID, strings.ReplaceAll(b.day.String(), "-", ""))},
	}
	return "http://" + b.addr + "/app/#" + launch.Encode(), nil
}

// barePage serves a page of one line with the headers of the real one.
func (b *pageBench) barePage(ctx context.Context) (address string, stop func(), err error) {
	headers, err := b.pageHeaders(ctx)
	if err != nil {
		return "", nil, fmt.Errorf("headers of the page: %w", err)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("bare page: %w", err)
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), headers)
		_, _ = io.WriteString(w, `<!doctype html><link rel="icon" href="data:,"><button class="cell free">18:00</button>`) // the browser may be gone
	})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l) // ends with Close
	}()
	return "http://" + l.Addr().String() + "/", func() { _ = server.Close(); <-done }, nil
}

// pageHeaders are the headers of the page, without its length.
func (b *pageBench) pageHeaders(ctx context.Context) (http.Header, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+b.addr+"/app/", nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close() //nolint:errcheck // only the headers count
	headers := answer.Header.Clone()
	headers.Del("Content-Length")
	return headers, nil
}

// visit opens an address some times in a new browser and returns these starts.
func visit(ctx context.Context, address string, times int) (starts []pageStart, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(times)*pageWithin)
	defer cancel()
	path, err := install.Chromium(ctx)
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.Flag("disable-component-update", true))
	if os.Geteuid() == 0 { // Chromium's own sandbox refuses root
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(ctx, options...)
	defer stop()
	tab, leave := chromedp.NewContext(allocator)
	defer leave()
	if err := slowDown(tab); err != nil {
		return nil, fmt.Errorf("slow the browser down: %w", err)
	}
	for range times {
		if err := chromedp.Do(tab, chromedp.Navigate("about:blank"), chromedp.Navigate(address)); err != nil {
			return nil, err
		}
		one, err := chromedp.Run(tab, chromedp.Evaluate[pageStart](measured, chromedp.EvalAwaitPromise))
		if err != nil {
			return nil, err
		}
		starts = append(starts, one)
	}
	return starts, nil
}

// slowDown makes a phone of a tab: its screen, its network, its processor and its client.
func slowDown(tab context.Context) error {
	_, err := chromedp.Call(tab, network.Enable, network.EnableParams{})
	if err != nil {
		return err
	}
	_, errNetwork := chromedp.Call(tab, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Latency: pageLatency, DownloadThroughput: pageBandwidth, UploadThroughput: pageBandwidth}},
	})
	_, errProcessor := chromedp.Call(tab, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: pageSlowdown})
	_, errScript := chromedp.Call(tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: client + usable})
	return errors.Join(errNetwork, errProcessor, errScript, chromedp.Do(tab, chromedp.EmulateViewport(390, 844)))
}
