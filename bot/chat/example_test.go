package chat_test

import (
	"fmt"

	"pavilion/bot/chat"
)

// A feature writes the payload of its buttons and reads it back; chat keeps the letter and the owner.
func ExampleData_Encode() {
	data, fits := chat.Data{Letter: 'g', Owner: 42, Payload: chat.Base36(1_000_000)}.Encode()
	fmt.Println(string(data), fits)

	f := chat.ParseFields("lfls")
	fmt.Println(f.Number(), f.Done())
	// Output:
	// 1g:16:lfls true
	// 1000000 true
}
