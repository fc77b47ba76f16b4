package broadcast

import (
	"context"
	"sync"

	"pavilion/internal/fault"
)

// currentContent is a broadcast's content with the file references that are valid now.
type currentContent struct {
	refresh func(ctx context.Context, b Broadcast, sent []int) (Content, error)

	mu         sync.Mutex
	content    Content
	generation int
	proven     bool // Telegram has taken this generation
}

func (c *currentContent) get() Content {
	content, _ := c.read()
	return content
}

func (c *currentContent) read() (Content, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.content, c.generation
}

func (c *currentContent) works(generation int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation == c.generation {
		c.proven = true
	}
}

var errRefusedAgain = fault.New(fault.Invalid, "broadcast_refused")

// renew reads the content again after Telegram refused a generation of it. It fails if Telegram has taken no message since the last refresh.
func (c *currentContent) renew(ctx context.Context, b Broadcast, generation int, sent []int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case generation != c.generation: // another send has renewed it
		return nil
	case c.generation > 0 && !c.proven:
		return errRefusedAgain
	}
	fresh, err := c.refresh(ctx, b, sent)
	if err != nil {
		return err
	}
	fresh.Buttons, fresh.Preview = c.content.Buttons, c.content.Preview
	if len(fresh.Source) == 0 {
		fresh.Source = c.content.Source
	}
	for i := range fresh.Media { // an edit for all has changed the words
		if i < len(c.content.Media) {
			fresh.Media[i].Caption, fresh.Media[i].CaptionEntities = c.content.Media[i].Caption, c.content.Media[i].CaptionEntities
		}
	}
	fresh.Text, fresh.Entities = c.content.Text, c.content.Entities
	c.content, c.proven = fresh, false
	c.generation++
	return nil
}
