package booking

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/currency"

	"pavilion/internal/fault"
)

// Money is an amount in the smallest unit of its currency: 1999 INR is 19.99 rupees, 1999 JPY is 1999 yen.
type Money struct {
	Minor    int64
	Currency string // ISO 4217, upper case
}

// Errors of amounts.
var (
	ErrCurrency = fault.New(fault.Invalid, "currency")
	ErrAmount   = fault.New(fault.Invalid, "amount")
)

// Decimals is the number of decimals that a currency has here: JPY 0, INR 2, KWD 3. Some payment services use other numbers; gateways convert.
func Decimals(code string) (int, error) {
	switch code {
	case "SLE", "VED", "XCG", "ZWG": // newer than the library's list
		return 2, nil
	}
	unit, ok := tender()[code]
	if !ok {
		return 0, fmt.Errorf("currency %q: %w", code, ErrCurrency)
	}
	scale, _ := currency.Standard.Rounding(unit)
	return scale, nil
}

// tender is the currencies that people pay with somewhere: no metals, no test codes, no units of account, no currencies of the past.
var tender = sync.OnceValue(func() map[string]currency.Unit { //nolint:gochecknoglobals // computed once, never changed
	units := map[string]currency.Unit{}
	for list := currency.Query(); list.Next(); {
		units[list.Unit().String()] = list.Unit()
	}
	return units
})

// ParseMoney reads a decimal like 19.99 exactly. It refuses more decimals than the currency has.
func ParseMoney(text, code string) (Money, error) {
	scale, err := Decimals(code)
	if err != nil {
		return Money{}, err
	}
	whole, part, dot := strings.Cut(text, ".")
	if whole == "" || dot && part == "" || len(part) > scale {
		return Money{}, fmt.Errorf("%q in %s: %w", text, code, ErrAmount)
	}
	for _, r := range whole + part {
		if r < '0' || r > '9' {
			return Money{}, fmt.Errorf("%q in %s: %w", text, code, ErrAmount)
		}
	}
	minor, err := strconv.ParseInt(whole+part+strings.Repeat("0", scale-len(part)), 10, 64)
	if err != nil {
		return Money{}, fmt.Errorf("%q in %s: %w", text, code, ErrAmount)
	}
	return Money{Minor: minor, Currency: code}, nil
}

// String writes the amount with the decimals of its currency: "19.99 INR", "1999 JPY", "1.250 KWD".
func (m Money) String() string {
	scale, err := Decimals(m.Currency)
	if err != nil {
		scale = 0
	}
	sign, minor := "", uint64(m.Minor) //nolint:gosec // a negative amount is negated below
	if m.Minor < 0 {
		sign, minor = "-", -minor
	}
	text := fmt.Sprintf("%0*d", scale+1, minor)
	if scale > 0 {
		text = text[:len(text)-scale] + "." + text[len(text)-scale:]
	}
	return sign + text + " " + m.Currency
}

// Share is a percentage of the amount, rounded to the payable step with halves up.
func (m Money) Share(percent int) Money {
	step := payableStep(m.Currency)
	return Money{Minor: min(m.Minor, divideHalfUp(m.Minor*int64(percent), 100*step)*step), Currency: m.Currency}
}

// payableStep is the number of minor units that amounts are multiples of. Card networks settle in hundredths, so of three decimals the last is 0.
func payableStep(code string) int64 {
	if scale, err := Decimals(code); err == nil && scale == 3 {
		return 10
	}
	return 1
}

// divideHalfUp divides and rounds halves up; n must not be negative.
func divideHalfUp(n, by int64) int64 { return (n + by/2) / by }

// maxMinor bounds a price per hour, so that the sum for two days, in seconds, cannot overflow.
const maxMinor = math.MaxInt64 / (48 * 3600 * 100)

// part returns the fraction by/of of the amount, rounded to the payable step with halves up. The amount and by must not be negative, and by ≤ of.
func (m Money) part(by, of int64) Money {
	step := payableStep(m.Currency)
	if step == 1 {
		return Money{Minor: mulDiv(m.Minor, by, of, of/2), Currency: m.Currency}
	}
	// mulDiv may round down first: half a step is a whole number of units, so the dropped fraction of a unit cannot change the result.
	return Money{Minor: min(m.Minor, divideHalfUp(mulDiv(m.Minor, by, of, 0), step)*step), Currency: m.Currency}
}

// mulDiv returns (n·by + plus)/of, rounded down. It does not overflow if by ≤ of and plus < of.
func mulDiv(n, by, of, plus int64) int64 {
	hi, lo := bits.Mul64(uint64(n), uint64(by))         //nolint:gosec // amounts that are not negative
	lo, carry := bits.Add64(lo, uint64(plus), 0)        //nolint:gosec // as above
	quotient, _ := bits.Div64(hi+carry, lo, uint64(of)) //nolint:gosec // as above; by ≤ of keeps it in range
	return int64(quotient)                              //nolint:gosec // as above
}
