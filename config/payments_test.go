package config_test

import (
	"maps"
	"strings"
	"testing"

	"pavilion/config"
)

// payingSettings returns valid settings with payment gateways.
func payingSettings() map[string]string {
	values := validSettings()
	maps.Copy(values, map[string]string{
		"PAVILION_STRIPE_KEY": "sk_live_key-value", "PAVILION_STRIPE_WEBHOOK_SECRETS": "whsec-value-of-today,whsec-value-of-yesterday",
		"PAVILION_RAZORPAY_KEY_ID": "rzp_live_1", "PAVILION_RAZORPAY_KEY": "razorpay-key-value", "PAVILION_RAZORPAY_WEBHOOK_SECRETS": "razorpay-hook-value",
		"PAVILION_CALLBACK_ADDRESSES": "203.0.113.0/24,2001:db8::/32", "PAVILION_PUBLIC_URL": "https://club.example", "PAVILION_STAR_PRICES": "INR:150",
	})
	return values
}

func TestPayments_Good(t *testing.T) {
	t.Parallel()
	c, err := load(payingSettings())
	if err != nil {
		t.Fatal(err)
	}
	if stripe, razorpay, sandbox := c.Gateways(); !stripe || !razorpay || sandbox || len(config.SplitSecrets(c.StripeSecrets)) != 2 || len(c.CallbackSources()) != 2 || c.StarPrices["INR"] != 150 {
		t.Errorf("%v %v %v %v", stripe, razorpay, sandbox, c.CallbackSources())
	}
	if c, err = load(validSettings()); err != nil || len(c.CallbackSources()) != 0 {
		t.Errorf("nobody pays: %v", err)
	}
}

func TestPayments_WhatCannotWorkIsNamedAndNotPrinted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ name, value, says string }{
		"no addresses in production": {"CALLBACK_ADDRESSES", "", "CALLBACK_ADDRESSES"}, "no secret": {"STRIPE_WEBHOOK_SECRETS", "", "STRIPE_WEBHOOK_SECRETS"},
		"three secrets":    {"STRIPE_WEBHOOK_SECRETS", "whsec-value-of-today whsec-value-of-before whsec-value-long-ago", "STRIPE_WEBHOOK_SECRETS"},
		"one secret twice": {"STRIPE_WEBHOOK_SECRETS", "whsec-value-of-today whsec-value-of-today", "STRIPE_WEBHOOK_SECRETS"}, "a short secret": {"RAZORPAY_WEBHOOK_SECRETS", "hook-value", "RAZORPAY_WEBHOOK_SECRETS"},
		"the key as secret": {"RAZORPAY_WEBHOOK_SECRETS", "razorpay-key-value", "RAZORPAY_WEBHOOK_SECRETS"}, "half a key": {"RAZORPAY_KEY_ID", "", "RAZORPAY_KEY_ID"},
		"a secret without a key": {"STRIPE_KEY", "", "STRIPE_WEBHOOK_SECRETS"}, "no public address": {"PUBLIC_URL", "", "PUBLIC_URL"}, "a plain one": {"PUBLIC_URL", "http://club.example", "PUBLIC_URL"}, "a page to return to without TLS": {"PAYMENT_RETURN_URL", "http://club.example", "PAYMENT_RETURN_URL"},
		"a test key in production": {"STRIPE_KEY", "sk_test_key-value", "STRIPE_KEY"}, "test money": {"RAZORPAY_KEY_ID", "rzp_test_1", "RAZORPAY_KEY_ID"}, "another Stripe": {"STRIPE_URL", "https://elsewhere.example", "STRIPE_URL"},
		"another Razorpay": {"RAZORPAY_URL", "https://elsewhere.example", "RAZORPAY_URL"}, "stars for nothing": {"STAR_PRICES", "INR:0", "STAR_PRICES"}, "a place unknown": {"ENVIRONMENT", "staging", "ENVIRONMENT"},
	} {
		values := payingSettings()
		values["PAVILION_"+c.name] = c.value
		_, err := load(values)
		if err == nil || !strings.Contains(err.Error(), "PAVILION_"+c.says) {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), "-value") || strings.Contains(err.Error(), "elsewhere") {
			t.Errorf("%s: a value is printed: %v", name, err)
		}
	}
}

func TestPayments_TheSandboxIsForDevelopment(t *testing.T) {
	t.Parallel()
	values := validSettings()
	maps.Copy(values, map[string]string{
		"PAVILION_SANDBOX_GATEWAY_URL": "http://127.0.0.1:9000", "PAVILION_SANDBOX_GATEWAY_KEY": "key-value", "PAVILION_SANDBOX_GATEWAY_SECRETS": "sandbox-hook-value",
		"PAVILION_PUBLIC_URL": "http://localhost:8080", "PAVILION_ENVIRONMENT": "development",
	})
	c, err := load(values)
	if err != nil || len(c.CallbackSources()) != 2 {
		t.Errorf("%v %v", c.CallbackSources(), err)
	}
	delete(values, "PAVILION_ENVIRONMENT")
	if _, err := load(values); err == nil || !strings.Contains(err.Error(), "SANDBOX_GATEWAY_URL") || !strings.Contains(err.Error(), "CALLBACK_ADDRESSES") {
		t.Errorf("in production: %v", err)
	}
}
