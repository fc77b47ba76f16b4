package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
)

// addChannel: the admin makes the bot index a channel.
func (p *play) addChannel(ctx context.Context) error {
	m, _, err := p.meera.writes(ctx, bot, "/channels")
	if err != nil {
		return err
	}
	if !strings.Contains(m.Message, "No channel is indexed yet") {
		return p.must(false, "no channel is indexed at the start", m.Message)
	}
	m, took, err := p.meera.writes(ctx, bot, "/channels add @"+sandbox.ChannelName)
	if err != nil {
		return err
	}
	return p.must(strings.Contains(m.Message, "Riverside Archive is indexed"), "the channel is indexed, "+round(took)+" after the command", m.Message)
}

// The file that the admin posts, with real bytes.
const (
	newFile    = "Scorecard Colts v Hillside 21 June 2026.pdf"
	newCaption = "Colts won off the last ball"
)

func newContent() []byte { return bytes.Repeat([]byte("1 4 . 6 W 2 | "), 64<<10) }

// postFile: the admin posts a file in the channel, and a search finds it.
func (p *play) postFile(ctx context.Context) error {
	took, err := p.meeraPosts(ctx, newFile, newCaption, newContent(), "hillside scorecard")
	if err != nil {
		return err
	}
	if err := p.must(true, "found "+round(took)+" after the post", nil); err != nil {
		return err
	}
	m, _, err := p.arjun.writes(ctx, bot, "hillside scorecard")
	if err != nil {
		return err
	}
	file, err := p.getFile(ctx, p.arjun, m, "Scorecard")
	if err != nil {
		return err
	}
	content, err := p.arjun.Download(ctx, file)
	if err != nil {
		return err
	}
	return all(
		p.must(file.Message == newCaption, "the file comes with its caption", file.Message),
		p.must(bytes.Equal(content, newContent()), "downloaded: the bytes that Meera uploaded, "+size(int64(len(content))), fmt.Sprintf("%d bytes", len(content))),
	)
}

// meeraPosts posts a file in the channel, waits until a query finds it, and returns the time between.
func (p *play) meeraPosts(ctx context.Context, name, caption string, content []byte, query string) (time.Duration, error) {
	if err := p.meeraUploads(ctx, name, caption, content); err != nil {
		return 0, err
	}
	start := time.Now()
	err := p.untilFound(ctx, query, name)
	return time.Since(start), err
}

func (p *play) meeraUploads(ctx context.Context, name, caption string, content []byte) error {
	p.out.wait(ctx)
	p.meera.types("in the channel Riverside Archive", attached(name, int64(len(content)))+"\n"+caption)
	return p.meera.Post(ctx, sandbox.ChannelName, name, "application/pdf", caption, content)
}

// untilFound sends inline queries, which leave no messages, until the answer has a file.
func (p *play) untilFound(ctx context.Context, query, name string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errTooLong)
	defer cancel()
	for try := range 100_000 {
		// Telegram caches an answer for half a minute by the exact text, so each try adds a space.
		r, err := p.zoya.Inline(ctx, bot, query+strings.Repeat(" ", try%200), "")
		if err == nil {
			for _, result := range r.Results {
				if found, ok := result.(*tg.BotInlineMediaResult); ok && found.Title == name {
					return nil
				}
			}
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%q does not find %q: %w", query, name, context.Cause(ctx))
		}
	}
	return fmt.Errorf("%q does not find %q: %w", query, name, errTooLong)
}

// getFile taps a file's button and waits for the file.
func (p *play) getFile(ctx context.Context, who *person, m *tg.Message, button string) (*tg.Message, error) {
	before, err := who.newest(ctx, bot)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	if _, err := who.taps(ctx, bot, m, button); err != nil {
		return nil, err
	}
	file, err := who.answer(ctx, bot, before)
	if err != nil {
		return nil, fmt.Errorf("the file after a tap on %q: %w", button, err)
	}
	took := time.Since(start)
	who.sees(file, "")
	doc, name := driver.Document(file)
	return file, p.must(doc != nil && strings.Contains(name, button), "the file arrived "+round(took)+" after the tap", file.Message)
}

// readPast: the bot reads the posts from before it was added, by their ids.
func (p *play) readPast(ctx context.Context) error {
	// Over a real network each of these calls is slow. The progress message is for this case.
	last := p.posted + 1 // the first message is the service message of the channel's creation
	p.scene.DC.Faults().Delay("channels.getMessages", 450*time.Millisecond, last/100+1)
	m, _, err := p.meera.writes(ctx, bot, fmt.Sprintf("/index https://t.me/%s/%d", sandbox.ChannelName, last))
	if err != nil {
		return err
	}
	start, steps := time.Now(), 0
	for !strings.HasPrefix(m.Message, "✅") {
		if m, err = p.meera.edited(ctx, m); err != nil {
			return err
		}
		steps++
	}
	return all(
		p.must(strings.Contains(m.Message, fmt.Sprintf("\n%d files, %d new", p.posted, p.posted)), fmt.Sprintf("all %d older files were read in %s", p.posted, round(time.Since(start))), m.Message),
		p.must(steps >= 2, fmt.Sprintf("the progress message edited itself %d times", steps), steps),
	)
}
