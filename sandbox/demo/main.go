package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"

	"pavilion/sandbox"
	"pavilion/sandbox/chatpage"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	tty := isatty.IsTerminal(os.Stdout.Fd())
	once := flag.Bool("once", false, "stop after the transcript")
	color := flag.Bool("color", tty && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", "draw in colour")
	pace := time.Duration(0)
	if tty {
		pace = 350 * time.Millisecond // time to read; a pipe needs none
	}
	flag.DurationVar(&pace, "pace", pace, "pause between messages")
	flag.Parse()
	os.Exit(run(ctx, &screen{to: os.Stdout, color: *color, pace: pace}, *once))
}

// run plays the demo and returns the exit code.
func run(ctx context.Context, out *screen, once bool) int {
	err := show(ctx, out, once)
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		out.note("Stopped.")
		return 130
	}
	out.failure(err)
	return 1
}

func show(ctx context.Context, out *screen, once bool) (err error) {
	start := time.Now()
	out.title()
	out.note("Starting Postgres, Redis, two MongoDB pools, a simulated Telegram, a payment service and the bot…")
	scene, err := sandbox.Open(ctx, sandbox.Options{Quick: true, Gateway: true, Env: settings()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeScene(out, scene)) }()
	page, err := openPage(ctx, scene)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, page.Close()) }()
	posted, err := fillArchive(scene)
	if err != nil {
		return err
	}
	if err := scene.StartBot(ctx); err != nil {
		return err
	}
	if err := scene.LiftLimits(ctx); err != nil { // the people of the demo ask faster than real ones
		return err
	}
	page.ServeApp("http://" + scene.Bot.Addr() + "/app/")
	out.note(fmt.Sprintf("Everything runs, %s after the start. MongoDB is played by: %s.", round(time.Since(start)), scene.Engines.MongoServer))
	if !once {
		out.note("Watch the chats in your browser, and join in after the transcript:\n\n  " + page.URL())
	}
	p, err := newPlay(ctx, scene, out, posted)
	if err != nil {
		return err
	}
	defer p.close()
	if err := p.run(ctx); err != nil {
		if ctx.Err() == nil { // the log explains a failure, not a Ctrl-C
			out.log(scene.Bot.Log())
		}
		return err
	}
	out.summary(p.checks, time.Since(start))
	if once {
		return nil
	}
	invite(out.to, scene, page)
	<-ctx.Done()
	fmt.Fprintln(out.to)
	return nil
}

func closeScene(out *screen, scene *sandbox.Scene) error {
	out.note("Stopping the bot, Telegram and the databases…")
	return scene.Close()
}

// settings raise the bot's sending limits, because the people of the demo type faster than real ones, and shorten the pages for the reader.
func settings() map[string]string {
	return map[string]string{
		"PAVILION_SEND_PER_SECOND": "1000", "PAVILION_SEND_PER_CHAT": "1000", "PAVILION_SEND_PER_GROUP": "60000", "PAVILION_PAGE_SIZE": "5",
		"PAVILION_TELEGRAM_PROVIDER_TOKEN": sandbox.ProviderToken,
	}
}

// miniApp is the address on the bot's buttons. Telegram takes https only; the chat page opens the local server in its place.
const miniApp = "https://riverside.example/app/"

// openPage starts the chat page. The bot is told to send payers back to it, so it must not have started yet.
func openPage(ctx context.Context, s *sandbox.Scene) (*chatpage.Server, error) {
	page, err := chatpage.Start(ctx, chatpage.Options{DC: s.DC, Bot: sandbox.BotName, BotToken: sandbox.BotToken})
	if err != nil {
		return nil, err
	}
	s.SetEnv("PAVILION_PAYMENT_RETURN_URL", page.PaidURL())
	s.SetEnv("PAVILION_TELEGRAM_WEB", page.Origin())
	s.SetEnv("PAVILION_MINI_APP_URL", miniApp)
	page.Add(s.Admin, "admin")
	for _, m := range s.Members {
		page.Add(m, "member")
	}
	return page, nil
}

// invite prints how to chat with the bot, in the browser or with another client.
func invite(to io.Writer, s *sandbox.Scene, page *chatpage.Server) {
	for _, name := range []string{"kiran_desk", "devi_desk"} {
		if u, ok := s.DC.World().UserByName(name); ok {
			page.Add(u, "at the club's desk")
		}
	}
	fmt.Fprintf(to, `
It stays up. Chat with the bot in your browser, as the admin, a member or somebody new, and open the club's page beside the chat:

  %s

Or join with any MTProto client that lets you set the data centre:

  address      %s  (data centre 2, not a media or test one)
  api id       any number, api hash any text
  phones       +%s is Meera, the admin
               +%s is Arjun, +%s is Zoya, +%s is Tom
               any other +99966XYYYY is a new person, where your client can sign up
  code         the X of the phone, five times: 22222 for those above
  bot          @%s       (its token %s is in use by the bot itself)
  channel      @%s   group @riverside_members
  nets         http://%s/api/docs/ describes the API

The data centre's RSA public key:

%s
Ctrl-C stops everything and leaves nothing behind.
`, page.URL(), s.DC.Addr(), s.Admin.Phone, s.Members[0].Phone, s.Members[1].Phone, s.Members[2].Phone, sandbox.BotName, sandbox.BotToken, sandbox.ChannelName, s.Bot.Addr(), s.DC.PublicKeyPEM())
}
