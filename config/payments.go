package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"pavilion/internal/secret"
)

// Environments. Only development allows test keys, the sandbox's gateway and a PUBLIC_URL without TLS.
const (
	Production  = "production"
	Development = "development"
)

// SplitSecrets splits a list of secrets at spaces, commas and new lines.
func SplitSecrets(list secret.String) []secret.String {
	var out []secret.String
	for _, one := range strings.FieldsFunc(list.Reveal(), func(r rune) bool { return r == ' ' || r == ',' || r == '\n' }) {
		out = append(out, secret.New(one))
	}
	return out
}

// CallbackSources returns the addresses from which payment gateways may call. In development the default is this machine.
func (c Config) CallbackSources() []netip.Prefix {
	if len(c.CallbackFrom) == 0 && c.Environment == Development {
		return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	return c.CallbackFrom
}

// Gateways reports which payment gateways are set up.
func (c Config) Gateways() (stripe, razorpay, sandbox bool) {
	return !c.StripeKey.Empty(), !c.RazorpayKey.Empty(), c.SandboxPayURL != ""
}

// ChatPayments reports which payments inside Telegram are set up.
func (c Config) ChatPayments() (money, stars bool) {
	return !c.ChatProvider.Empty(), len(c.StarPrices) > 0
}

// checkPayments returns the mistakes in the settings of payments.
func (c *Config) checkPayments() []error {
	var errs []error
	bad := func(name, what string) { errs = append(errs, fmt.Errorf("%s%s: %s", Prefix, name, what)) }
	if c.Environment != Production && c.Environment != Development {
		bad("ENVIRONMENT", "is production or development")
	}
	for name, list := range map[string]struct{ key, secrets secret.String }{
		"STRIPE_WEBHOOK_SECRETS": {c.StripeKey, c.StripeSecrets}, "RAZORPAY_WEBHOOK_SECRETS": {c.RazorpayKey, c.RazorpaySecrets}, "SANDBOX_GATEWAY_SECRETS": {c.SandboxPayKey, c.SandboxSecrets},
	} {
		secrets := SplitSecrets(list.secrets)
		switch {
		case list.key.Empty() && len(secrets) > 0:
			bad(name, "is set, and the key beside it is not")
		case list.key.Empty():
		case len(secrets) == 0 || len(secrets) > 2:
			bad(name, "is one secret, or two while one is being replaced: without one every callback is refused")
		case slices.ContainsFunc(secrets, func(s secret.String) bool { return len(s.Reveal()) < 16 }):
			bad(name, "is too easy to guess: use 16 characters or more")
		case slices.Contains(secrets, list.key):
			bad(name, "is the API key: it is the secret of the webhook that is needed")
		case len(secrets) == 2 && secrets[0] == secrets[1]:
			bad(name, "is one secret twice")
		}
	}
	if (c.RazorpayKeyID == "") != c.RazorpayKey.Empty() {
		bad("RAZORPAY_KEY_ID", "and RAZORPAY_KEY are set together")
	}
	if (c.SandboxPayURL == "") != c.SandboxPayKey.Empty() {
		bad("SANDBOX_GATEWAY_URL", "and SANDBOX_GATEWAY_KEY are set together")
	}
	for currency, each := range c.StarPrices {
		if len(currency) != 3 || each <= 0 {
			bad("STAR_PRICES", "is what a star stands for, in the smallest unit of a currency: INR:150")
		}
	}
	if token := c.ChatProvider.Reveal(); token != "" && strings.Count(token, ":") < 2 {
		bad("TELEGRAM_PROVIDER_TOKEN", "is NUMBER:LIVE:SECRET as BotFather gives it under Payments")
	}
	stripe, razorpay, sandbox := c.Gateways()
	if c.Environment == Production {
		errs = append(errs, c.checkProduction()...)
	}
	if !stripe && !razorpay && !sandbox {
		return errs
	}
	if len(c.CallbackSources()) == 0 {
		bad("CALLBACK_ADDRESSES", "is empty, so every callback would be refused: name the ranges that the gateway calls from, or 0.0.0.0/0,::/0 for everybody with the secret")
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || c.Environment == Production) {
		bad("PUBLIC_URL", "is where people reach this server, https://host: gateways call back there")
	}
	if back, err := url.Parse(c.ReturnURL); c.ReturnURL != "" && (err != nil || back.Host == "" || back.Scheme != "https" && (back.Scheme != "http" || c.Environment == Production)) {
		bad("PAYMENT_RETURN_URL", "is the page that payers come back to, https://host/page; empty is the chat with the bot")
	}
	return errs
}

// checkProduction returns the settings that production refuses, because they take test money or send requests to another server.
func (c *Config) checkProduction() []error {
	var errs []error
	for name, wrong := range map[string]bool{
		"STRIPE_KEY": strings.Contains(c.StripeKey.Reveal(), "_test_"), "RAZORPAY_KEY_ID": strings.HasPrefix(c.RazorpayKeyID, "rzp_test_"),
		"SANDBOX_GATEWAY_URL": c.SandboxPayURL != "", "STRIPE_URL": c.StripeURL != "", "RAZORPAY_URL": c.RazorpayURL != "",
		"TELEGRAM_PROVIDER_TOKEN": strings.Contains(c.ChatProvider.Reveal(), ":TEST:"),
	} {
		if wrong {
			errs = append(errs, fmt.Errorf("%s%s: is for trying out; with ENVIRONMENT=production it would let people book without paying", Prefix, name))
		}
	}
	return errs
}
