package gateway

import (
	"strings"

	"pavilion/booking"
	"pavilion/internal/fault"
)

// errAmount is an amount that has no exact value in the provider's unit.
var errAmount = fault.New(fault.Invalid, "amount_unit")

// providerDecimals is the number of decimals that the provider uses for a currency. Providers follow ISO 4217; booking follows everyday use,
// which differs for a dozen currencies whose small coins are gone. Stripe deviates from ISO for ISK and UGX: it counts hundredths, for
// historical reasons.
func providerDecimals(provider booking.Provider, code string) int {
	switch code {
	case "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "ISK", "UGX":
		if provider == booking.Stripe {
			return 2
		}
		return 0
	case "BHD", "IQD", "JOD", "KWD", "OMR", "TND":
		return 3
	}
	return 2
}

// toProvider converts an amount into the provider's smallest unit.
func toProvider(provider booking.Provider, m booking.Money) (int64, error) {
	ours, err := booking.Decimals(m.Currency)
	if err != nil {
		return 0, err
	}
	theirs := providerDecimals(provider, m.Currency)
	n, ok := rescale(m.Minor, ours, theirs)
	// Card networks settle in hundredths: the last of three decimals must be 0.
	if !ok || n <= 0 || theirs == 3 && n%10 != 0 {
		return 0, errAmount
	}
	return n, nil
}

// fromProvider converts an amount from the provider's smallest unit. An amount that is not a whole number of our units becomes -1: it equals no
// amount that was asked for, so the payment goes to review instead of being rounded.
func fromProvider(provider booking.Provider, n int64, code string) booking.Money {
	code = strings.ToUpper(code)
	ours, err := booking.Decimals(code)
	if err != nil {
		return booking.Money{Minor: -1, Currency: code}
	}
	minor, ok := rescale(n, providerDecimals(provider, code), ours)
	if !ok {
		minor = -1
	}
	return booking.Money{Minor: minor, Currency: code}
}

// rescale converts n units of 10^-from into units of 10^-to; ok is false when that is not exact or overflows.
func rescale(n int64, from, to int) (scaled int64, ok bool) {
	for ; from < to; from++ {
		if n > 1<<60/10 || n < 0 {
			return 0, false
		}
		n *= 10
	}
	for ; from > to; from-- {
		if n%10 != 0 {
			return 0, false
		}
		n /= 10
	}
	return n, true
}
