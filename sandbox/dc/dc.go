package dc

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/gob"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"sync"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/crypto"
	"github.com/gotd/td/exchange"
	"github.com/gotd/td/session"
	"github.com/gotd/td/tg"

	"pavilion/sandbox/mtproto"
	"pavilion/sandbox/world"
)

// Options configure a data centre. The zero value works.
type Options struct {
	Number    int    // which clients have to send; 0 means ID
	Addr      string // to listen on; empty means a free port of 127.0.0.1
	StateFile string // Close writes the keys and the world to it, and Start reads them; empty means no state
	World     world.Options
	Logger    *slog.Logger
}

// ID is the usual number of the data centre.
const ID = 2

// DC is a running data centre.
type DC struct {
	opts   Options
	key    *rsa.PrivateKey
	keys   *mtproto.Keys
	world  *world.World
	faults *Faults
	server *mtproto.Server
	addr   *net.TCPAddr
	stop   context.CancelFunc
	served chan error
	close  func() error
}

// saved is the content of the state file; the world is in a second file.
type saved struct {
	RSA  []byte
	Keys []mtproto.Key
}

// Start starts a data centre; Close ends it.
func Start(o Options) (*DC, error) {
	o.Logger, o.Number = cmp.Or(o.Logger, slog.New(slog.DiscardHandler)), cmp.Or(o.Number, ID)
	o.World.Logger = cmp.Or(o.World.Logger, o.Logger)
	d := &DC{opts: o, keys: mtproto.NewKeys(), world: world.New(o.World), served: make(chan error, 1)}
	if err := d.load(); err != nil {
		return nil, err
	}
	// One client library (mtcute) writes fingerprints without leading zeros, and does not find a key that has one. Telegram's own keys have none.
	for d.key == nil || uint64(crypto.RSAFingerprint(&d.key.PublicKey))>>60 == 0 {
		var err error
		if d.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			return nil, fmt.Errorf("server key: %w", err)
		}
	}
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", cmp.Or(o.Addr, "127.0.0.1:0"))
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	d.addr = l.Addr().(*net.TCPAddr) //nolint:forcetypeassert // a TCP listener has a TCP address
	d.world.SetAddress(d.addr.IP.String(), d.addr.Port, o.Number)
	d.faults = newFaults(d)
	d.server = mtproto.NewServer(handler{d}, mtproto.Options{DC: o.Number, Key: d.key, Keys: d.keys, Logger: o.Logger})
	d.world.SetPusher(d.faults.push)
	ctx, cancel := context.WithCancel(context.Background())
	d.stop = cancel
	go func() { d.served <- d.server.Serve(ctx, l) }()
	d.close = sync.OnceValue(d.closeOnce)
	return d, nil
}

// Close closes all connections and writes the state file.
func (d *DC) Close() error { return d.close() }

func (d *DC) closeOnce() error {
	d.stop()
	d.faults.release()
	err := <-d.served
	return errors.Join(err, d.save())
}

// World returns the state of the simulated Telegram.
func (d *DC) World() *world.World { return d.world }

// Faults returns the fault injection.
func (d *DC) Faults() *Faults { return d.faults }

// Number returns the number that clients have to send.
func (d *DC) Number() int { return d.opts.Number }

// Addr returns the address as host:port.
func (d *DC) Addr() string { return d.addr.String() }

// PublicKey returns the RSA key that clients must trust.
func (d *DC) PublicKey() exchange.PublicKey { return exchange.PublicKey{RSA: &d.key.PublicKey} }

// PublicKeyPEM returns the key of PublicKey as PKCS #1 in PEM.
func (d *DC) PublicKeyPEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&d.key.PublicKey)}))
}

// Session makes a signed-in session of an account in gotd's storage, so that a test's client skips the key exchange and the sign-in.
func (d *DC) Session(ctx context.Context, accountID int64) (*session.StorageMemory, error) {
	key := d.keys.Issue()
	if err := d.world.SignIn(key.Value.ID, accountID); err != nil {
		return nil, err
	}
	storage := new(session.StorageMemory)
	err := (&session.Loader{Storage: storage}).Save(ctx, &session.Data{
		DC: d.opts.Number, Addr: d.Addr(), AuthKey: key.Value.Value[:], AuthKeyID: key.Value.ID[:], Salt: key.Salt,
		Config: session.Config{ThisDC: d.opts.Number, DCOptions: []tg.DCOption{{ID: d.opts.Number, IPAddress: d.addr.IP.String(), Port: d.addr.Port}}},
	})
	if err != nil {
		return nil, fmt.Errorf("issue session: %w", err)
	}
	return storage, nil
}

func (d *DC) load() error {
	if d.opts.StateFile == "" {
		return nil
	}
	f, err := os.Open(d.opts.StateFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("state file: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	var s saved
	if err := gob.NewDecoder(f).Decode(&s); err != nil {
		return fmt.Errorf("state file: %w", err)
	}
	if d.key, err = x509.ParsePKCS1PrivateKey(s.RSA); err != nil {
		return fmt.Errorf("state file: %w", err)
	}
	for _, k := range s.Keys {
		d.keys.Put(k)
	}
	w, err := os.Open(d.opts.StateFile + ".world")
	if err != nil {
		return fmt.Errorf("state file: %w", err)
	}
	defer w.Close() //nolint:errcheck // only read
	return d.world.Load(w)
}

func (d *DC) save() error {
	if d.opts.StateFile == "" {
		return nil
	}
	err := write(d.opts.StateFile+".world", func(f *os.File) error { return d.world.Save(f) })
	if err != nil {
		return err
	}
	return write(d.opts.StateFile, func(f *os.File) error {
		return gob.NewEncoder(f).Encode(saved{RSA: x509.MarshalPKCS1PrivateKey(d.key), Keys: d.keys.All()})
	})
}

// write replaces a file atomically.
func write(name string, fill func(*os.File) error) error {
	f, err := os.OpenFile(name+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("state file: %w", err)
	}
	if err := errors.Join(fill(f), f.Close()); err != nil {
		return fmt.Errorf("state file: %w", err)
	}
	return os.Rename(name+".new", name)
}

// handler passes the server's requests through the faults to the world.
type handler struct{ d *DC }

func (h handler) Handle(ctx context.Context, r mtproto.Request) (bin.Encoder, error) {
	body := r.Body.Copy()
	lose, err := h.d.faults.before(ctx, r.Session.AuthKey(), body)
	if err != nil {
		return nil, err
	}
	if lose { // the connection is closed before the answer is sent
		defer h.d.server.Cut(r.Session.AuthKey())
	}
	return h.d.world.Handle(ctx, world.Caller{AuthKey: r.Session.AuthKey(), Session: r.Session.ID, Layer: r.Layer, NoUpdates: r.NoUpdates}, &bin.Buffer{Buf: body})
}

func (h handler) Disconnected(s *mtproto.Session) { h.d.world.Disconnected(s.AuthKey(), s.ID) }
