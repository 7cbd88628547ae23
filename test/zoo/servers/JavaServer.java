// A server with Java's own TLS (JSSE) and HTTP: JavaServer FOLDER SMALL HOST CERTIFICATES KEY [HOST CERTIFICATES KEY]…
// Serves the files of FOLDER, prints its port. SMALL is 0, or how many bytes of the response are written, and so are a
// record, at once.

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

public class JavaServer {
	/** Shows each client the certificates of the name that it asks for, as they are in the file. */
	static class ByName extends X509ExtendedKeyManager {
		final Map<String, X509Certificate[]> chains = new HashMap<>();
		final Map<String, PrivateKey> keys = new HashMap<>();

		@Override
		public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
			ExtendedSSLSession session = (ExtendedSSLSession) engine.getHandshakeSession();
			for (SNIServerName name : session.getRequestedServerNames()) {
				String host = ((SNIHostName) name).getAsciiName();
				if (keys.containsKey(host) && keys.get(host).getAlgorithm().equals(keyType)) return host;
			}
			return null;
		}

		@Override
		public X509Certificate[] getCertificateChain(String alias) {
			return chains.get(alias);
		}

		@Override
		public PrivateKey getPrivateKey(String alias) {
			return keys.get(alias);
		}

		@Override
		public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
			return null;
		}

		@Override
		public String[] getServerAliases(String keyType, Principal[] issuers) {
			return null;
		}

		@Override
		public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
			return null;
		}

		@Override
		public String[] getClientAliases(String keyType, Principal[] issuers) {
			return null;
		}
	}

	static PrivateKey readKey(Path file, String algorithm) throws Exception {
		String text = Files.readString(file).replaceAll("-----[^-]*-----|\\s", "");
		return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text)));
	}

	public static void main(String[] parameters) throws Exception {
		Path folder = Path.of(parameters[0]);
		int piece = Integer.parseInt(parameters[1]);
		ByName shown = new ByName();
		for (int i = 2; i + 2 < parameters.length; i += 3) {
			byte[] pem = Files.readAllBytes(Path.of(parameters[i + 1]));
			X509Certificate[] chain = CertificateFactory.getInstance("X.509")
					.generateCertificates(new ByteArrayInputStream(pem))
					.toArray(new X509Certificate[0]);
			shown.chains.put(parameters[i], chain);
			shown.keys.put(parameters[i], readKey(Path.of(parameters[i + 2]), chain[0].getPublicKey().getAlgorithm()));
		}
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(new KeyManager[] {shown}, null, null);
		HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		server.setHttpsConfigurator(new HttpsConfigurator(context));
		server.setExecutor(Executors.newCachedThreadPool());
		server.createContext("/", exchange -> {
			try (exchange) {
				Path file = folder.resolve(exchange.getRequestURI().getPath().substring(1));
				if (!Files.isRegularFile(file)) {
					exchange.sendResponseHeaders(404, -1);
					return;
				}
				byte[] bytes = Files.readAllBytes(file);
				exchange.sendResponseHeaders(200, bytes.length);
				OutputStream body = exchange.getResponseBody();
				int length = piece == 0 ? bytes.length : piece;
				for (int at = 0; at < bytes.length; at += length) {
					body.write(bytes, at, Math.min(length, bytes.length - at));
					body.flush();
				}
			}
		});
		server.start();
		System.out.println(server.getAddress().getPort());
	}
}
