// A server with Go's net/http: go-server FOLDER SMALL HOST CERTIFICATES KEY [HOST CERTIFICATES KEY]… Serves the files of
// FOLDER, prints its port. SMALL is 0, or how many bytes of the response are written, and so are a record, at once.
package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
)

type inPieces struct {
	http.ResponseWriter
	length int
}

func (writer inPieces) Write(bytes []byte) (int, error) {
	written := 0
	for written < len(bytes) {
		end := written + writer.length
		if end > len(bytes) {
			end = len(bytes)
		}
		count, err := writer.ResponseWriter.Write(bytes[written:end])
		written += count
		if err != nil {
			return written, err
		}
		writer.ResponseWriter.(http.Flusher).Flush()
	}
	return written, nil
}

func main() {
	files := http.FileServer(http.Dir(os.Args[1]))
	length, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	shown := map[string]*tls.Certificate{}
	for i := 3; i+2 < len(os.Args); i += 3 {
		certificate, err := tls.LoadX509KeyPair(os.Args[i+1], os.Args[i+2])
		if err != nil {
			panic(err)
		}
		shown[os.Args[i]] = &certificate
	}
	handler := http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		if length > 0 {
			response = inPieces{response, length}
		}
		files.ServeHTTP(response, request)
	})
	server := http.Server{
		Handler: handler,
		TLSConfig: &tls.Config{
			DynamicRecordSizingDisabled: length == 0, // otherwise the first ones have the length of a packet
			GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
				return shown[hello.ServerName], nil
			},
		},
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	panic(server.ServeTLS(listener, "", ""))
}
