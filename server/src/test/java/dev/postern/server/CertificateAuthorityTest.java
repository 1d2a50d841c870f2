package dev.postern.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.server.listener.ServerCertificate;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateAuthorityTest {
  private static final Instant START = Instant.parse("2026-11-23T10:00:00Z");
  private static final ServerNames NAMES = names("https://postern.example.org:8443");

  @TempDir Path directory;
  private Instant now = START;

  @BeforeEach
  void setUp() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void caIsValidForTenYearsAndTheCertificateForAtMost397Days() {
    CertificateAuthority authority = open(NAMES);

    X509Certificate ca = authority.trustAnchors().getFirst();
    X509Certificate server = authority.current().chain().getFirst();

    assertThat(lifetime(ca)).isEqualTo(Duration.ofDays(3652));
    assertThat(lifetime(server)).isEqualTo(Duration.ofDays(397));
    assertThat(ca.getBasicConstraints()).isZero();
    assertThat(server.getBasicConstraints()).isEqualTo(-1);
    assertThat(ca.getCriticalExtensionOIDs()).contains("2.5.29.30");
  }

  @Test
  void filesAreReadableByTheirOwnerOnly() throws Exception {
    open(NAMES);

    for (String name : List.of("ca.pem", "ca.key", "server.pem", "server.key")) {
      assertThat(Files.getPosixFilePermissions(directory.resolve(name)))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "postern.example.org", "127.0.0.1", "::1"})
  void opensslAcceptsEachName(String name) throws Exception {
    open(NAMES);

    boolean address = name.equals("::1") || name.equals("127.0.0.1");
    Command verify =
        openssl(
            "verify",
            "-x509_strict",
            "-attime",
            Long.toString(START.getEpochSecond()),
            "-CAfile",
            directory.resolve("ca.pem").toString(),
            address ? "-verify_ip" : "-verify_hostname",
            name,
            directory.resolve("server.pem").toString());

    assertThat(verify.errors()).isEmpty();
    assertThat(verify.exitCode()).isZero();
  }

  @Test
  void javaAcceptsTheCertificate() throws Exception {
    CertificateAuthority authority = open(NAMES);

    validate(authority.current().chain(), authority.trustAnchors().getFirst());
  }

  @Test
  void caCannotCertifyOtherNames() throws Exception {
    open(NAMES);
    X509Certificate ca = Pem.readCertificates(directory.resolve("ca.pem")).getFirst();
    CertificateMaker thief =
        new CertificateMaker(names("https://bank.example.com"), START, new SecureRandom());
    KeyPair pair = thief.keyPair();
    X509Certificate forged =
        thief.server(pair.getPublic(), ca, Pem.readKey(directory.resolve("ca.key")));
    Path file = Files.writeString(directory.resolve("forged.pem"), Pem.write(forged));

    assertThatThrownBy(() -> validate(List.of(forged), ca))
        .isInstanceOf(CertPathValidatorException.class)
        .hasMessageContaining("name constraints");
    Command verify =
        openssl(
            "verify",
            "-attime",
            Long.toString(START.getEpochSecond()),
            "-CAfile",
            directory.resolve("ca.pem").toString(),
            file.toString());
    assertThat(verify.exitCode()).isNotZero();
    assertThat(verify.output() + verify.errors()).contains("permitted subtree violation");
  }

  @Test
  void nextStartKeepsBothCertificates() {
    CertificateAuthority first = open(NAMES);
    now = START.plus(Duration.ofDays(300));

    CertificateAuthority second = open(NAMES);

    assertThat(second.trustAnchors()).isEqualTo(first.trustAnchors());
    assertThat(second.current().chain()).isEqualTo(first.current().chain());
    assertThat(second.refresh()).isEmpty();
  }

  @Test
  void certificateIsRenewedWhenLessThanThirtyDaysAreLeft() {
    CertificateAuthority authority = open(NAMES);
    List<X509Certificate> before = authority.current().chain();
    now = START.plus(Duration.ofDays(365));
    assertThat(authority.refresh()).isEmpty();

    now = START.plus(Duration.ofDays(367));
    Optional<ServerCertificate> renewed = authority.refresh();

    assertThat(renewed).isPresent();
    assertThat(renewed.get().chain()).isNotEqualTo(before);
    assertThat(renewed.get().notAfter()).isAfter(now.plus(Duration.ofDays(390)));
    assertThat(open(NAMES).current().chain()).isEqualTo(renewed.get().chain());
  }

  @Test
  void otherNamesMakeBothCertificatesAgainUnderTheOldCaKey() throws Exception {
    CertificateAuthority before = open(NAMES);

    CertificateAuthority after = open(names("https://other.example.org"));

    X509Certificate ca = after.trustAnchors().getFirst();
    assertThat(ca).isNotEqualTo(before.trustAnchors().getFirst());
    assertThat(ca.getPublicKey()).isEqualTo(before.trustAnchors().getFirst().getPublicKey());
    validate(after.current().chain(), ca);
  }

  @Test
  void fewerNamesKeepTheCa() throws Exception {
    CertificateAuthority before = open(NAMES);

    CertificateAuthority after = open(names("https://localhost"));

    assertThat(after.trustAnchors()).isEqualTo(before.trustAnchors());
    assertThat(after.current().chain()).isNotEqualTo(before.current().chain());
    validate(after.current().chain(), after.trustAnchors().getFirst());
  }

  @Test
  void caIsRenewedUnderItsOldKeyBeforeItExpires() throws Exception {
    CertificateAuthority before = open(NAMES);
    now = START.plus(Duration.ofDays(3630));

    CertificateAuthority after = open(NAMES);

    validate(after.current().chain(), after.trustAnchors().getFirst());
    assertThat(after.trustAnchors().getFirst().getPublicKey())
        .isEqualTo(before.trustAnchors().getFirst().getPublicKey());
    assertThat(after.trustAnchors().getFirst().getNotAfter().toInstant())
        .isAfter(now.plus(Duration.ofDays(3000)));
  }

  @Test
  void caKeyOfAnotherCaIsRefused() throws Exception {
    open(NAMES);
    KeyPair other = new CertificateMaker(NAMES, START, new SecureRandom()).keyPair();
    Files.writeString(directory.resolve("ca.key"), Pem.write(other.getPrivate()));

    assertThatThrownBy(() -> open(NAMES))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("is not the key of");
  }

  @Test
  void damagedFileIsRefusedByName() throws Exception {
    open(NAMES);
    Files.writeString(directory.resolve("ca.pem"), "nothing");

    assertThatThrownBy(() -> open(NAMES))
        .isInstanceOf(StartFailure.class)
        .hasMessage(directory.resolve("ca.pem") + " holds no PEM certificate");
  }

  @Test
  void configuredCertificateIsReloadedWhenItsFileChanges() throws Exception {
    CertificateAuthority authority = open(NAMES);
    Path certificate = directory.resolve("server.pem");
    Path key = directory.resolve("server.key");
    ConfiguredCertificate configured = ConfiguredCertificate.open(certificate, key, () -> now);
    assertThat(configured.refresh()).isEmpty();

    now = START.plus(Duration.ofDays(370));
    authority.refresh();

    assertThat(configured.refresh()).isPresent();
    assertThat(configured.current().chain()).isEqualTo(authority.current().chain());
  }

  @Test
  void configuredKeyOfAnotherCertificateIsRefused() {
    open(NAMES);

    assertThatThrownBy(() ->
            ConfiguredCertificate.open(
                directory.resolve("server.pem"), directory.resolve("ca.key"), () -> now))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("is not the key of the first certificate in");
  }

  @Test
  void expiredConfiguredCertificateIsRefused() {
    open(NAMES);
    now = START.plus(Duration.ofDays(400));

    assertThatThrownBy(() ->
            ConfiguredCertificate.open(
                directory.resolve("server.pem"), directory.resolve("server.key"), () -> now))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("expired at");
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC PRIVATE KEY", "RSA PRIVATE KEY", "PRIVATE KEY"})
  void keysOfOpensslAreReadInEachForm(String form) throws Exception {
    Path key = directory.resolve("own.key");
    Path certificate = directory.resolve("own.pem");
    switch (form) {
      case "EC PRIVATE KEY" ->
          openssl("ecparam", "-name", "prime256v1", "-genkey", "-out", key.toString());
      case "RSA PRIVATE KEY" -> openssl("genrsa", "-traditional", "-out", key.toString(), "2048");
      default -> openssl("genrsa", "-out", key.toString(), "2048");
    }
    assertThat(Files.readString(key)).contains("-----BEGIN " + form);
    Command made =
        openssl(
            "req",
            "-x509",
            "-key",
            key.toString(),
            "-subj",
            "/CN=own",
            "-days",
            "3650",
            "-out",
            certificate.toString());
    assertThat(made.exitCode()).as(made.errors()).isZero();

    ConfiguredCertificate configured = ConfiguredCertificate.open(certificate, key, () -> now);

    assertThat(configured.trustAnchors()).hasSize(1);
  }

  private CertificateAuthority open(ServerNames names) {
    return CertificateAuthority.open(directory, names, () -> now, new SecureRandom());
  }

  private static ServerNames names(String publicUrl) {
    return ServerNames.of(
        new ListenAddress("127.0.0.1", 8443), URI.create(publicUrl), Optional.empty());
  }

  private static Duration lifetime(X509Certificate certificate) {
    return Duration.between(
        certificate.getNotBefore().toInstant(), certificate.getNotAfter().toInstant());
  }

  /**
   * With the CA as a part of the path: the JDK regards constraints there, and ignores those of an
   * anchor.
   */
  private void validate(List<X509Certificate> chain, X509Certificate ca) throws Exception {
    TrustAnchor anchor = new TrustAnchor(ca.getSubjectX500Principal(), ca.getPublicKey(), null);
    PKIXParameters parameters = new PKIXParameters(Set.of(anchor));
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(now));
    List<X509Certificate> path = new ArrayList<>(chain);
    path.add(ca);
    CertPathValidator.getInstance("PKIX")
        .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
  }

  private Command openssl(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of("openssl"));
    all.addAll(List.of(words));
    return Command.run(Map.of("HOME", directory.toString()), all);
  }
}
