package dev.postern.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A server's self-signed certificate and key, made with the JDK's keytool. */
final class TestCertificates {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final String ALIAS = "server";

  private static final Map<String, TestCertificates> MADE = new ConcurrentHashMap<>();

  private static final AtomicInteger MADE_SO_FAR = new AtomicInteger();

  private final KeyStore store;

  private TestCertificates(KeyStore store) {
    this.store = store;
  }

  /** For this machine and for the name {@code server.test}. */
  static TestCertificates valid() {
    return MADE.computeIfAbsent(
        "san=dns:localhost,dns:server.test,ip:127.0.0.1", TestCertificates::make);
  }

  static TestCertificates forAnotherName() {
    return MADE.computeIfAbsent("san=dns:elsewhere.invalid", TestCertificates::make);
  }

  /** Issued by the authority of {@link #valid}, until a while ago. */
  static TestCertificates expired() {
    return MADE.computeIfAbsent("expired", _ -> makeExpired());
  }

  private static TestCertificates make(String names) {
    try {
      Path file = Files.createTempDirectory("postern-test").resolve("server.p12");
      try {
        keytool(
            file,
            "-genkeypair",
            "-alias",
            ALIAS,
            "-keyalg",
            "EC",
            "-dname",
            "CN=test" + MADE_SO_FAR.incrementAndGet(),
            "-ext",
            names,
            "-ext",
            "bc:c",
            "-validity",
            "1");
        return new TestCertificates(load(file));
      } finally {
        Files.deleteIfExists(file);
        Files.delete(file.getParent());
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static TestCertificates makeExpired() {
    try {
      Path directory = Files.createTempDirectory("postern-test");
      Path file = directory.resolve("server.p12");
      try {
        try (OutputStream out = Files.newOutputStream(file)) {
          KeyStore authority = KeyStore.getInstance("PKCS12");
          authority.load(null, null);
          KeyStore known = valid().store;
          authority.setKeyEntry(
              "ca", known.getKey(ALIAS, PASSWORD), PASSWORD, known.getCertificateChain(ALIAS));
          authority.store(out, PASSWORD);
        }
        return issued(file, "CN=expired", "-startdate", "-10d", "-validity", "5");
      } finally {
        for (Path made : new Path[] {file, request(file), answer(file), directory}) {
          Files.deleteIfExists(made);
        }
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * A server's, and the PEM certificate of its authority under the same key and name, which is
   * written in small letters there.
   */
  record Respelled(TestCertificates server, String authority) {}

  static Respelled respelled(Path directory) throws IOException, GeneralSecurityException {
    Path file = directory.resolve("respelled.p12");
    keytool(
        file,
        "-genkeypair",
        "-alias",
        "ca",
        "-keyalg",
        "EC",
        "-dname",
        "CN=AUTHORITY",
        "-ext",
        "bc:c");
    TestCertificates server = issued(file, "CN=respelled");
    certify(file, "ca", "CN=authority", "-rfc", "-ext", "bc:c");
    return new Respelled(server, Files.readString(answer(file)));
  }

  /** One for localhost, by the authority "ca" of the same file. */
  private static TestCertificates issued(Path file, String name, String... options)
      throws IOException, GeneralSecurityException {
    keytool(file, "-genkeypair", "-alias", ALIAS, "-keyalg", "EC", "-dname", name);
    certify(
        file,
        ALIAS,
        name,
        Stream.concat(Stream.of("-ext", "san=dns:localhost"), Stream.of(options))
            .toArray(String[]::new));
    keytool(file, "-importcert", "-alias", ALIAS, "-file", answer(file).toString(), "-noprompt");
    KeyStore store = load(file);
    store.deleteEntry("ca");
    return new TestCertificates(store);
  }

  /** Lets the authority "ca" sign the key of an alias under a name; the answer is in its file. */
  private static void certify(Path file, String alias, String name, String... options)
      throws IOException {
    String request = request(file).toString();
    keytool(file, "-certreq", "-alias", alias, "-dname", name, "-file", request);
    List<String> command = new ArrayList<>(List.of("-gencert", "-alias", "ca"));
    command.addAll(List.of("-infile", request, "-outfile", answer(file).toString()));
    command.addAll(List.of(options));
    keytool(file, command.toArray(String[]::new));
  }

  private static Path request(Path file) {
    return file.resolveSibling("request");
  }

  private static Path answer(Path file) {
    return file.resolveSibling("answer");
  }

  private static KeyStore load(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    return store;
  }

  private static void keytool(Path store, String... arguments) throws IOException {
    String program = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(List.of(arguments));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", new String(PASSWORD)));
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(keytool.getInputStream().readAllBytes(), UTF_8);
    try {
      if (keytool.waitFor() != 0) {
        throw new IOException("keytool: " + output);
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  KeyManagerFactory keys() throws GeneralSecurityException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, PASSWORD);
    return keys;
  }

  SSLContext serverContext() throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys().getKeyManagers(), null, null);
    return context;
  }

  X509Certificate certificate() throws GeneralSecurityException {
    return (X509Certificate) store.getCertificate(ALIAS);
  }

  String pem() throws GeneralSecurityException {
    return pem(certificate().getEncoded());
  }

  static String pem(byte[] der) {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder().encodeToString(der)
        + "\n-----END CERTIFICATE-----\n";
  }

  /** With a date in it that is none. */
  String brokenPem() throws GeneralSecurityException {
    byte[] der = certificate().getEncoded();
    String text = new String(der, ISO_8859_1);
    // UTCTime of 13 characters (X.690 11.8).
    der[text.indexOf("\u0017\r") + 2] = 'x';
    return pem(der);
  }
}
