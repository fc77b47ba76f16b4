package main

import (
	"testing"

	"pavilion/sandbox"
	"pavilion/sandbox/dc"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
)

// A slow machine looks when the bot has sent more: the files of a delivery come right after the message about it.
func TestPerson_AnswerIsTheFirstMessageAfterAnother(t *testing.T) {
	t.Parallel()
	d, err := dc.Start(dc.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	w := d.World()
	user, err := w.AddUser("9996620002", "Arjun", "", "arjun_plays", "en")
	if err != nil {
		t.Fatal(err)
	}
	pavilion, err := w.AddBot(world.BotSpec{Token: sandbox.BotToken, Username: bot, Name: "Pavilion"})
	if err != nil {
		t.Fatal(err)
	}
	u, err := driver.Connect(t.Context(), d, user.ID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(u.Close)
	if err := u.Send(t.Context(), bot, "/start"); err != nil {
		t.Fatal(err)
	}
	arjun := &person{User: u, play: &play{scene: &sandbox.Scene{BotID: pavilion.ID}}}
	before, err := arjun.newest(t.Context(), bot)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"first", "second"} {
		if _, err := w.SendText(pavilion.ID, world.UserPeer(user.ID), text); err != nil {
			t.Fatal(err)
		}
	}
	if m, err := arjun.answer(t.Context(), bot, before); err != nil || m.Message != "first" {
		t.Errorf("%v, %v", m, err)
	}
}
