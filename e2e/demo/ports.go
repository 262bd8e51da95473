package main

import (
	"context"
	"fmt"
	"net"
	"runtime"
)

// freePorts names the first port that another program has. The browser tries ::1 first for localhost, so that counts too.
func freePorts(context.Context) error {
	v6, err := net.Listen("tcp", "[::1]:0")
	if err == nil {
		_ = v6.Close()
	}
	hosts := []string{"127.0.0.1"}
	if v6 != nil {
		hosts = append(hosts, "::1")
	}
	for _, address := range []string{serverAddress, webAddress, smtpAddress} {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return err
		}
		for _, host := range hosts {
			if err := free("tcp", host, port); err != nil {
				return err
			}
		}
	}
	host, port, err := net.SplitHostPort(serverAddress)
	if err != nil {
		return err
	}
	return free("udp", host, port)
}

func free(network, host, port string) error {
	address := net.JoinHostPort(host, port)
	var closer interface{ Close() error }
	var err error
	if network == "udp" {
		closer, err = net.ListenPacket(network, address)
	} else {
		closer, err = net.Listen(network, address)
	}
	if err == nil {
		return closer.Close()
	}
	look := map[string]string{"windows": "netstat -ano | findstr :" + port, "darwin": "lsof -i :" + port}[runtime.GOOS]
	if look == "" {
		look = "ss -lptn 'sport = :" + port + "'"
		if network == "udp" {
			look = "ss -lpun 'sport = :" + port + "'"
		}
	}
	return fmt.Errorf("port %s (%s) is in use. Does another make demo run? Stop it, or the program that this names: %s", port, network, look)
}
