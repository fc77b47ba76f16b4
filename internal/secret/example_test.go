package secret_test

import (
	"fmt"

	"pavilion/internal/secret"
)

// Options that hold secrets can be printed and logged.
func ExampleString() {
	options := struct {
		Name  string
		Token secret.String
	}{"bot", secret.New("12345:token")}
	fmt.Printf("%+v\n", options)
	fmt.Println(options.Token.Reveal())
	// Output:
	// {Name:bot Token:***}
	// 12345:token
}
