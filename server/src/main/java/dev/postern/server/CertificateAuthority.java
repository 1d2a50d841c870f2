package dev.postern.server;

import dev.postern.server.listener.ServerCertificate;
import dev.postern.server.store.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's own CA and the certificate that it makes for the server, kept as PEM files. For use
 * by one thread at a time.
 *
 * <p>The CA can certify the server's names only: who steals its key cannot pose as anybody else. So
 * a new name needs a new CA certificate. It keeps the old key and subject, but clients that hold
 * the old one refuse the new name until they are given the new one.
 */
public final class CertificateAuthority implements CertificateSource {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateAuthority.class);

  /** The server's certificate is renewed, and the CA's too, when less than this is left. */
  static final Duration RENEWAL = Duration.ofDays(30);

  private final Path caFile;
  private final Path caKeyFile;
  private final Path certificateFile;
  private final Path keyFile;
  private final ServerNames names;
  private final InstantSource clock;
  private final SecureRandom random;
  private X509Certificate ca;
  private PrivateKey caKey;
  private ServerCertificate current;

  private CertificateAuthority(
      Path directory, ServerNames names, InstantSource clock, SecureRandom random) {
    this.caFile = directory.resolve("ca.pem");
    this.caKeyFile = directory.resolve("ca.key");
    this.certificateFile = directory.resolve("server.pem");
    this.keyFile = directory.resolve("server.key");
    this.names = names;
    this.clock = clock;
    this.random = random;
    CertificateMaker maker = maker();
    if (!Files.exists(caFile)) {
      KeyPair pair = maker.keyPair();
      // The key first: a certificate without its key would be refused at the next start.
      store(caKeyFile, Pem.write(pair.getPrivate()));
      store(caFile, Pem.write(maker.authority(pair)));
    }
    this.ca = Pem.readCertificates(caFile).getFirst();
    this.caKey = Pem.readKey(caKeyFile);
    if (!Pem.match(ca, caKey)) {
      throw new StartFailure(caKeyFile + " is not the key of " + caFile);
    }
    renewAuthorityIfDue();
    this.current = readCurrent().orElseGet(this::renew);
  }

  /**
   * Opens the CA of a directory, makes it at the first start, and sees to it that the server's
   * certificate is in order.
   *
   * @param random secure, because keys come from it
   * @throws StartFailure when a file cannot be read or written, or does not fit the others
   */
  public static CertificateAuthority open(
      Path directory, ServerNames names, InstantSource clock, SecureRandom random) {
    return new CertificateAuthority(directory, names, clock, random);
  }

  private CertificateMaker maker() {
    return new CertificateMaker(names, clock.instant(), random);
  }

  private void renewAuthorityIfDue() {
    boolean covers = CertificateMaker.covers(ca, names);
    if (covers && isFresh(ca)) {
      return;
    }
    LOG.warn(
        "the CA certificate is made again because {}: give {} to agents that were enrolled before",
        covers ? "it expires" : "the server has other names now",
        caFile);
    ca = maker().authority(new KeyPair(ca.getPublicKey(), caKey));
    store(caFile, Pem.write(ca));
  }

  /** The certificate of the last run, where it is still right in every respect. */
  private Optional<ServerCertificate> readCurrent() {
    if (!Files.exists(certificateFile) || !Files.exists(keyFile)) {
      return Optional.empty();
    }
    List<X509Certificate> chain = Pem.readCertificates(certificateFile);
    PrivateKey key = Pem.readKey(keyFile);
    X509Certificate certificate = chain.getFirst();
    boolean right =
        isFresh(certificate)
            && Pem.match(certificate, key)
            && CertificateMaker.names(certificate).equals(CertificateMaker.names(names))
            && CertificateMaker.isIssuedBy(certificate, ca);
    return right ? Optional.of(new ServerCertificate(chain, key)) : Optional.empty();
  }

  private ServerCertificate renew() {
    CertificateMaker maker = maker();
    KeyPair pair = maker.keyPair();
    X509Certificate certificate = maker.server(pair.getPublic(), ca, caKey);
    store(keyFile, Pem.write(pair.getPrivate()));
    store(certificateFile, Pem.write(certificate));
    return new ServerCertificate(List.of(certificate), pair.getPrivate());
  }

  private boolean isFresh(X509Certificate certificate) {
    Instant now = clock.instant();
    return now.plus(RENEWAL).isBefore(certificate.getNotAfter().toInstant())
        && !now.isBefore(certificate.getNotBefore().toInstant());
  }

  private static void store(Path file, String pem) {
    try {
      PrivateFile.write(file, pem.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException failure) {
      throw new StartFailure(
          "cannot write " + file + ": " + DataDirectory.reason(failure), failure);
    }
  }

  @Override
  public ServerCertificate current() {
    return current;
  }

  @Override
  public Optional<ServerCertificate> refresh() {
    if (isFresh(current.chain().getFirst()) && isFresh(ca)) {
      return Optional.empty();
    }
    renewAuthorityIfDue();
    current = renew();
    LOG.info("the server's certificate is renewed until {}", current.notAfter());
    return Optional.of(current);
  }

  @Override
  public List<X509Certificate> trustAnchors() {
    return List.of(ca);
  }
}
