package booking_test

import (
	"errors"
	"fmt"
	"time"

	"pavilion/booking"
)

// Amounts are exact: a caller parses them once, and computes in the smallest unit of the currency.
func ExampleParseMoney() {
	price, err := booking.ParseMoney("600.50", "INR")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(price, "=", price.Minor, "paise; a cancellation fee of 50 % is", price.Share(50))

	_, err = booking.ParseMoney("600.50", "JPY") // yen have no decimals
	fmt.Println(errors.Is(err, booking.ErrAmount))
	// Output:
	// 600.50 INR = 60050 paise; a cancellation fee of 50 % is 300.25 INR
	// true
}

// A local time can occur twice, when the clock is set back. Then the caller has to choose.
func ExampleInstant() {
	zone, err := booking.ParseZone("America/New_York")
	if err != nil {
		fmt.Println(err)
		return
	}
	day, err := booking.ParseDay("2026-11-01")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = booking.Instant(day, 90, zone, booking.Ask)
	if twice, ok := errors.AsType[*booking.AmbiguousTimeError](err); ok {
		fmt.Println("01:30 occurs at", twice.Earlier.UTC().Format(time.TimeOnly), "and", twice.Later.UTC().Format(time.TimeOnly), "UTC")
	}
	start, err := booking.Instant(day, 90, zone, booking.Later)
	fmt.Println(start.Format(time.RFC3339), err)
	fmt.Println("01:00 to 03:00 lasts", day.Between(60, 180, zone).Length())
	// Output:
	// 01:30 occurs at 05:30:00 and 06:30:00 UTC
	// 2026-11-01T01:30:00-05:00 <nil>
	// 01:00 to 03:00 lasts 3h0m0s
}
