// A server with Go's crypto/tls: go-server CERTIFICATES KEY. Prints its port, answers each request, says close_notify.
// Go knows neither record_size_limit nor max_fragment_length: what it writes at once is one record.
package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"os"
	"strings"
)

func main() {
	certificate, err := tls.LoadX509KeyPair(os.Args[1], os.Args[2])
	if err != nil {
		panic(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		panic(err)
	}
	address := listener.Addr().String()
	fmt.Println(address[strings.LastIndex(address, ":")+1:])
	for {
		connection, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go func() {
			defer connection.Close()
			if line, err := bufio.NewReader(connection).ReadString('\n'); err != nil || line == "" {
				return
			}
			fmt.Fprint(connection, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
			for i := 0; i < 5; i++ {
				fmt.Fprint(connection, strings.Repeat("go", 200))
			}
		}()
	}
}
