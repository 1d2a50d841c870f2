package dev.postern.server;

import dev.postern.server.listener.ServerCertificate;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** A certificate that the operator keeps in files. For use by one thread at a time. */
public final class ConfiguredCertificate implements CertificateSource {
  private final Path certificateFile;
  private final Path keyFile;
  private final InstantSource clock;
  private ServerCertificate current;

  private ConfiguredCertificate(
      Path certificateFile, Path keyFile, InstantSource clock, ServerCertificate current) {
    this.certificateFile = certificateFile;
    this.keyFile = keyFile;
    this.clock = clock;
    this.current = current;
  }

  /**
   * Reads both files.
   *
   * @throws StartFailure when they do not fit each other or peers would refuse the certificate now
   */
  public static ConfiguredCertificate open(
      Path certificateFile, Path keyFile, InstantSource clock) {
    ServerCertificate first = read(certificateFile, keyFile, clock);
    return new ConfiguredCertificate(certificateFile, keyFile, clock, first);
  }

  private static ServerCertificate read(Path certificateFile, Path keyFile, InstantSource clock) {
    List<X509Certificate> chain = Pem.readCertificates(certificateFile);
    PrivateKey key = Pem.readKey(keyFile);
    ServerCertificate certificate = new ServerCertificate(chain, key);
    if (!Pem.match(chain.getFirst(), key)) {
      throw new StartFailure(
          keyFile + " is not the key of the first certificate in " + certificateFile);
    }
    if (!clock.instant().isBefore(certificate.notAfter())) {
      throw new StartFailure(certificateFile + " expired at " + certificate.notAfter());
    }
    return certificate;
  }

  @Override
  public ServerCertificate current() {
    return current;
  }

  @Override
  public Optional<ServerCertificate> refresh() {
    ServerCertificate read = read(certificateFile, keyFile, clock);
    if (read.chain().equals(current.chain())) {
      return Optional.empty();
    }
    current = read;
    return Optional.of(read);
  }

  /** Only self-signed ones: others hang from a root that clients have or are given elsewhere. */
  @Override
  public List<X509Certificate> trustAnchors() {
    return current.chain().stream()
        .filter(each -> each.getSubjectX500Principal().equals(each.getIssuerX500Principal()))
        .toList();
  }
}
