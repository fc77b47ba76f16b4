package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/gotd/td/exchange"
	"github.com/gotd/td/telegram"
	"github.com/gotd/td/telegram/dcs"
	"github.com/gotd/td/tg"

	"pavilion/sandbox/dc"
	"pavilion/sandbox/world"
)

const (
	people   = 64 // each waits for the answer before the next message
	messages = 60 // of each person
)

// updates measures the answers of the bot to /help, and of a bot that echoes.
func (b *bench) updates(ctx context.Context) error {
	ids, err1 := b.addPeople(0)
	others, err2 := b.addPeople(1)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	help := func(int) string { return "/help" }
	ours, err := b.answers(ctx, ids, b.scene.BotID, help)
	if err != nil {
		return fmt.Errorf("answers of the bot: %w", err)
	}
	echo, stop, err := b.echo(ctx)
	if err != nil {
		return fmt.Errorf("echo bot: %w", err)
	}
	theirs, err := b.answers(ctx, others, echo, help)
	if err := errors.Join(err, stop()); err != nil {
		return fmt.Errorf("answers of the echo bot: %w", err)
	}
	b.figure("updates", ours, "answers/s", theirs)
	return nil
}

// addPeople adds the people who write to a bot in one turn. The simulated Telegram is slower for people with more messages, so each turn has new
// people.
func (b *bench) addPeople(turn int) (ids []int64, err error) {
	for i := turn * people; i < (turn+1)*people; i++ {
		u, err := b.scene.DC.World().AddUser(fmt.Sprintf("99966%05d", 30_000+i), "Person", strconv.Itoa(i), fmt.Sprintf("bench_person_%d", i), "en")
		if err != nil {
			return nil, err
		}
		ids = append(ids, u.ID)
	}
	return ids, nil
}

// answers lets all people send messages to a bot and wait for the answers, and returns the answers per second.
func (b *bench) answers(ctx context.Context, ids []int64, bot int64, text func(n int) string) (float64, error) {
	w := b.scene.DC.World()
	errs := make([]error, len(ids))
	start := time.Now()
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() {
			for n := range messages {
				sent, err := w.SendText(id, world.UserPeer(bot), text(i*messages+n))
				if err == nil {
					_, err = w.WaitMessage(ctx, id, func(chat world.Peer, m *tg.Message) bool {
						return chat == world.UserPeer(bot) && !m.Out && m.ID > sent
					})
				}
				if err != nil {
					errs[i] = err
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(len(ids)*messages) / time.Since(start).Seconds(), errors.Join(errs...)
}

// echo starts a bot that sends every text back, without a queue, limits or a database.
func (b *bench) echo(ctx context.Context) (id int64, stop func() error, err error) {
	account, err := b.scene.DC.World().AddBot(world.BotSpec{Token: "7000000099:echo", Username: "echo_bench_bot", Name: "Echo"})
	if err != nil {
		return 0, nil, err
	}
	session, err := b.scene.DC.Session(ctx, account.ID)
	if err != nil {
		return 0, nil, err
	}
	host, portText, err := net.SplitHostPort(b.scene.DC.Addr())
	if err != nil {
		return 0, nil, err
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return 0, nil, err
	}
	dispatcher := tg.NewUpdateDispatcher()
	client := telegram.NewClient(1, "hash", telegram.Options{
		DC: dc.ID, DCList: dcs.List{Options: []tg.DCOption{{ID: dc.ID, IPAddress: host, Port: port}}}, PublicKeys: []exchange.PublicKey{b.scene.DC.PublicKey()},
		Resolver: dcs.Plain(dcs.PlainOptions{}), SessionStorage: session, UpdateHandler: dispatcher,
	})
	api := client.API()
	dispatcher.OnNewMessage(func(ctx context.Context, e tg.Entities, u *tg.UpdateNewMessage) error {
		m, ok := u.Message.(*tg.Message)
		if !ok || m.Out {
			return nil
		}
		from, ok := m.PeerID.(*tg.PeerUser)
		if !ok || e.Users[from.UserID] == nil {
			return nil
		}
		_, err := api.MessagesSendMessage(ctx, &tg.MessagesSendMessageRequest{
			Peer: &tg.InputPeerUser{UserID: from.UserID, AccessHash: e.Users[from.UserID].AccessHash}, Message: m.Message, RandomID: rand.Int64(),
		})
		return err
	})
	rctx, cancel := context.WithCancel(ctx)
	up, ended := make(chan error, 1), make(chan error, 1)
	go func() {
		err := client.Run(rctx, func(ctx context.Context) error {
			_, err := api.UpdatesGetState(ctx) // updates arrive from now on
			up <- err
			<-ctx.Done()
			return nil
		})
		ended <- err
		up <- err
	}()
	stop = func() error {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			return err
		}
		return nil
	}
	if err := <-up; err != nil {
		return 0, nil, errors.Join(err, stop())
	}
	return account.ID, stop, nil
}
