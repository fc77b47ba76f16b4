package config

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"pavilion/internal/secret"
)

// Config holds all settings. pavilion.env.example explains each.
type Config struct {
	BotToken     secret.String `env:"BOT_TOKEN,required"`
	APIID        int           `env:"API_ID,required"`
	APIHash      secret.String `env:"API_HASH,required"`
	TelegramAddr string        `env:"TELEGRAM_ADDR"`
	TelegramDC   int           `env:"TELEGRAM_DC" envDefault:"2"`
	TelegramKey  string        `env:"TELEGRAM_KEY"`
	Admins       []int64       `env:"ADMINS"`
	MiniApp      string        `env:"MINI_APP_URL"`
	WebClient    string        `env:"TELEGRAM_WEB" envDefault:"https://web.telegram.org"`
	LinkKeys     secret.String `env:"LINK_KEYS"`

	PostgresURL  secret.String `env:"POSTGRES_URL,required"`
	PostgresMost int32         `env:"POSTGRES_CONNECTIONS" envDefault:"20"`
	RedisURL     secret.String `env:"REDIS_URL,required"`
	MongoURIs    secret.String `env:"MONGO_URIS,required"`
	MongoLimitMB int64         `env:"MONGO_LIMIT_MB" envDefault:"512"`
	Migrate      bool          `env:"MIGRATE" envDefault:"true"`

	TimeZone string `env:"TIME_ZONE" envDefault:"UTC"`

	QueueSize     int     `env:"QUEUE_SIZE" envDefault:"8000"`
	PageSize      int     `env:"PAGE_SIZE" envDefault:"8"`
	SendPerSecond float64 `env:"SEND_PER_SECOND" envDefault:"30"`
	SendPerChat   float64 `env:"SEND_PER_CHAT" envDefault:"1"`
	SendPerGroup  float64 `env:"SEND_PER_GROUP" envDefault:"20"`

	Roles            []string       `env:"ROLES" envDefault:"bot,http,worker"`
	HTTPAddr         string         `env:"HTTP_ADDR" envDefault:":8080"`
	TrustedProxies   []netip.Prefix `env:"TRUSTED_PROXIES"`
	HTTPOrigins      []string       `env:"HTTP_ORIGINS"`
	OperatorToken    secret.String  `env:"OPERATOR_TOKEN"`
	AddressPerSecond float64        `env:"HTTP_ADDRESS_PER_SECOND" envDefault:"50"`
	HTTPPerSecond    float64        `env:"HTTP_PER_SECOND" envDefault:"1000"`
	ReadsPerMinute   int            `env:"HTTP_READS_PER_MINUTE" envDefault:"120"`
	WritesPerMinute  int            `env:"HTTP_WRITES_PER_MINUTE" envDefault:"30"`
	SignInsPerMinute int            `env:"HTTP_SIGN_INS_PER_MINUTE" envDefault:"6"`
	TracesURL        string         `env:"TRACES_URL"`

	Environment     string           `env:"ENVIRONMENT" envDefault:"production"`
	PublicURL       string           `env:"PUBLIC_URL"`
	ReturnURL       string           `env:"PAYMENT_RETURN_URL"`
	CallbackFrom    []netip.Prefix   `env:"CALLBACK_ADDRESSES"`
	StripeKey       secret.String    `env:"STRIPE_KEY"`
	StripeSecrets   secret.String    `env:"STRIPE_WEBHOOK_SECRETS"`
	StripeURL       string           `env:"STRIPE_URL"`
	RazorpayKeyID   string           `env:"RAZORPAY_KEY_ID"`
	RazorpayKey     secret.String    `env:"RAZORPAY_KEY"`
	RazorpaySecrets secret.String    `env:"RAZORPAY_WEBHOOK_SECRETS"`
	RazorpayURL     string           `env:"RAZORPAY_URL"`
	SandboxPayURL   string           `env:"SANDBOX_GATEWAY_URL"`
	SandboxPayKey   secret.String    `env:"SANDBOX_GATEWAY_KEY"`
	SandboxSecrets  secret.String    `env:"SANDBOX_GATEWAY_SECRETS"`
	ChatProvider    secret.String    `env:"TELEGRAM_PROVIDER_TOKEN"`
	StarPrices      map[string]int64 `env:"STAR_PRICES"`

	SMTPURL    secret.String `env:"SMTP_URL"`
	MailFrom   string        `env:"MAIL_FROM"`
	SMSURL     string        `env:"SMS_URL"`
	SMSAccount string        `env:"SMS_ACCOUNT"`
	SMSToken   secret.String `env:"SMS_TOKEN"`
	SMSFrom    string        `env:"SMS_FROM"`

	KeepAudit         int `env:"KEEP_AUDIT_DAYS" envDefault:"1095"`
	KeepNotifications int `env:"KEEP_NOTIFICATIONS_DAYS" envDefault:"180"`
	KeepPaymentEvents int `env:"KEEP_PAYMENT_EVENTS_DAYS" envDefault:"400"`
	KeepInbox         int `env:"KEEP_INBOX_DAYS" envDefault:"1"`
	SessionDays       int `env:"SESSION_DAYS" envDefault:"90"`

	LogLevel    slog.Level    `env:"LOG_LEVEL" envDefault:"info"`
	LogFormat   string        `env:"LOG_FORMAT" envDefault:"json"`
	AccessLog   float64       `env:"ACCESS_LOG" envDefault:"1"`
	StopTimeout time.Duration `env:"STOP_TIMEOUT" envDefault:"20s"`

	pools   []Pool
	key     *rsa.PublicKey
	zone    *time.Location
	runtime map[string]bool // settings of Go's runtime that the environment has
}

// Pool is one MongoDB database.
type Pool struct {
	Name     string
	URI      secret.String
	Database string
}

// Load reads and checks the settings from the environment, lines of NAME=value. The error joins every mistake, in the order of the names.
func Load(environ []string) (Config, error) {
	var c Config
	values, errs, err := readValues(environ)
	if err != nil {
		return c, err
	}
	errs = append(errs, parseErrors(env.ParseWithOptions(&c, env.Options{Prefix: Prefix, Environment: values}))...)
	errs = append(errs, c.check()...)
	c.runtime = runtimeSettings(environ)
	slices.SortStableFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return c, errors.Join(errs...)
}

// check returns the mistakes in settings that could be parsed.
func (c *Config) check() []error {
	var errs []error
	bad := func(name, what string) { errs = append(errs, fmt.Errorf("%s%s: %s", Prefix, name, what)) }
	if number, rest, ok := strings.Cut(c.BotToken.Reveal(), ":"); !c.BotToken.Empty() && (!ok || number == "" || rest == "") {
		bad("BOT_TOKEN", "is NUMBER:SECRET, as BotFather gives it")
	}
	if c.TelegramAddr != "" {
		if !isHostPort(c.TelegramAddr) {
			bad("TELEGRAM_ADDR", "is host:port")
		}
		key, err := parsePublicKey(c.TelegramKey)
		if err != nil {
			bad("TELEGRAM_KEY", "with an address of your own, the data centre's RSA public key is needed: PEM, or the name of a file with it")
		}
		c.key = key
	}
	var err error
	if c.zone, err = time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "Local" {
		bad("TIME_ZONE", "is the name of a time zone, like Asia/Kolkata")
	}
	if slices.ContainsFunc(c.Admins, func(id int64) bool { return id <= 0 }) {
		bad("ADMINS", "is a list of user ids, which are positive numbers")
	}
	errs = append(errs, c.checkServers()...)
	for name, fits := range map[string]bool{
		"POSTGRES_CONNECTIONS": c.PostgresMost >= 5, "MONGO_LIMIT_MB": c.MongoLimitMB > 0 && c.MongoLimitMB <= mostMegabytes,
		"QUEUE_SIZE": c.QueueSize > 0, "PAGE_SIZE": c.PageSize > 0 && c.PageSize <= 20, "STOP_TIMEOUT": c.StopTimeout > 0,
		"SEND_PER_SECOND": isRate(c.SendPerSecond), "SEND_PER_CHAT": isRate(c.SendPerChat), "SEND_PER_GROUP": isRate(c.SendPerGroup),
		"HTTP_ADDRESS_PER_SECOND": isRate(c.AddressPerSecond), "HTTP_PER_SECOND": isRate(c.HTTPPerSecond),
		"ACCESS_LOG":      c.AccessLog >= 0 && c.AccessLog <= 1,
		"KEEP_AUDIT_DAYS": isDays(c.KeepAudit, 366), "KEEP_NOTIFICATIONS_DAYS": isDays(c.KeepNotifications, 30), "KEEP_PAYMENT_EVENTS_DAYS": isDays(c.KeepPaymentEvents, 90),
		"KEEP_INBOX_DAYS": isDays(c.KeepInbox, 1), "SESSION_DAYS": isDays(c.SessionDays, 1) && c.SessionDays <= 366,
		"HTTP_READS_PER_MINUTE": c.ReadsPerMinute > 0, "HTTP_WRITES_PER_MINUTE": c.WritesPerMinute > 0, "HTTP_SIGN_INS_PER_MINUTE": c.SignInsPerMinute > 0,
	} {
		if !fits {
			bad(name, "is out of range")
		}
	}
	for _, role := range c.Roles {
		if !slices.Contains([]string{RoleBot, RoleHTTP, RoleWorker}, role) {
			bad("ROLES", "is a list of bot, http and worker, apart by commas")
		}
	}
	if !isHostPort(c.HTTPAddr) {
		bad("HTTP_ADDR", "is host:port, or :port for every address of this machine")
	}
	if slices.ContainsFunc(c.TrustedProxies, func(p netip.Prefix) bool { return p.Bits() < narrowestTrust }) {
		bad("TRUSTED_PROXIES", "would believe anybody on the internet: name the networks of your own proxies")
	}
	if !c.OperatorToken.Empty() && len(c.OperatorToken.Reveal()) < 16 {
		bad("OPERATOR_TOKEN", "is too easy to guess: use 16 characters or more")
	}
	errs = append(errs, c.checkURLs()...)
	errs = append(errs, c.checkLinkKeys()...)
	errs = append(errs, c.checkPayments()...)
	errs = append(errs, c.checkCouriers()...)
	if c.LogFormat != "json" && c.LogFormat != "text" {
		bad("LOG_FORMAT", "is json or text")
	}
	return errs
}

const (
	mostMegabytes  = 1 << 40 // in bytes it fits an int64
	mostRate       = 1e9
	narrowestTrust = 7 // bits of fc00::/7, the widest private network
)

// isRate reports whether a limiter can count the rate: it is positive and finite.
func isRate(v float64) bool { return v > 0 && v <= mostRate }

// isDays reports whether rows may be kept for so many days: not less than least, and at most a century.
func isDays(days, least int) bool { return days >= least && days <= 36525 }

// isHostPort reports whether an address has a numeric port.
func isHostPort(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// The roles of a process. Of the processes with the role bot, one at a time is connected to Telegram; the other roles run in all of them.
const (
	RoleBot    = "bot"
	RoleHTTP   = "http"
	RoleWorker = "worker"
)

// Has reports whether the process has a role.
func (c Config) Has(role string) bool { return slices.Contains(c.Roles, role) }

// HasGo reports whether the environment has a setting of Go's runtime, GOGC or GOMEMLIMIT.
func (c Config) HasGo(setting string) bool { return c.runtime[setting] }

// Pools returns the MongoDB databases.
func (c Config) Pools() []Pool { return c.pools }

// Zone returns the zone in which a day of a member's quota begins and ends.
func (c Config) Zone() *time.Location { return c.zone }

// Key returns the public key of the data centre, nil for Telegram's own.
func (c Config) Key() *rsa.PublicKey { return c.key }

func parsePublicKey(text string) (*rsa.PublicKey, error) {
	if !strings.Contains(text, "BEGIN") {
		data, err := os.ReadFile(text) //nolint:gosec // the operator names the file
		if err != nil {
			return nil, err
		}
		text = string(data)
	}
	block, _ := pem.Decode([]byte(strings.ReplaceAll(text, `\n`, "\n")))
	if block == nil {
		return nil, errors.New("no PEM")
	}
	return x509.ParsePKCS1PublicKey(block.Bytes)
}
