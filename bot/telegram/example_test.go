package telegram_test

import (
	"fmt"

	"pavilion/bot/telegram"
)

func ExampleCleanLine() {
	fmt.Println(telegram.CleanLine("  Golden\nRiver\u202e (2014) ", 20))
	fmt.Println(telegram.CleanLine("A name that is too long for a button", 20))
	// Output:
	// Golden River (2014)
	// A name that is too…
}

func ExampleParsePostLink() {
	for _, text := range []string{"https://t.me/riverside/500", "t.me/c/1234567890/45", "https://example.org/riverside"} {
		link, ok := telegram.ParsePostLink(text)
		fmt.Printf("%+v %v\n", link, ok)
	}
	// Output:
	// {Username:riverside Channel:0 Message:500} true
	// {Username: Channel:1234567890 Message:45} true
	// {Username: Channel:0 Message:0} false
}
