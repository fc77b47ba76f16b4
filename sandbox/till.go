package sandbox

import (
	"crypto/rand"

	"pavilion/sandbox/engines"
	"pavilion/sandbox/gateway"
)

// openGateway starts the payment service and gives the program a fixed address, so that callbacks reach it also after a restart.
func (s *Scene) openGateway(tries int) error {
	addr, err := engines.FreeAddr()
	if err != nil {
		return err
	}
	key, secret := rand.Text(), rand.Text()
	s.Gateway, err = gateway.Start(gateway.Options{
		Key: key, Tries: tries, Callbacks: map[gateway.Dialect]string{gateway.Native: "http://" + addr + "/callbacks/sandbox"}, Secrets: map[gateway.Dialect]string{gateway.Native: secret},
	})
	if err != nil {
		return err
	}
	for name, value := range map[string]string{
		"ENVIRONMENT": "development", "HTTP_ADDR": addr, "PUBLIC_URL": "http://" + addr,
		"SANDBOX_GATEWAY_URL": s.Gateway.URL(), "SANDBOX_GATEWAY_KEY": key, "SANDBOX_GATEWAY_SECRETS": secret,
	} {
		s.env["PAVILION_"+name] = value
	}
	return nil
}
