package dev.postern.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.listener.ServerCertificate;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator's files, and who is told of what is in them. */
class CertificateWatchTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path directory;
  private final List<ServerCertificate> shown = new ArrayList<>();
  private final List<List<X509Certificate>> trusted = new ArrayList<>();
  private Instant now = START;
  private boolean bundleIsBroken;
  private CertificateAuthority authority;
  private CertificateWatch watch;

  @BeforeEach
  void setUp() {
    ServerNames names =
        ServerNames.of(
            new ListenAddress("127.0.0.1", 0), URI.create("https://localhost"), Optional.empty());
    authority = CertificateAuthority.open(directory, names, () -> now, new SecureRandom());
    ConfiguredCertificate configured =
        ConfiguredCertificate.open(certificate(), directory.resolve("server.key"), () -> now);
    watch = new CertificateWatch(configured, shown::add, this::writeBundle);
  }

  @AfterEach
  void tearDown() {
    watch.close();
  }

  private void writeBundle(List<X509Certificate> anchors) throws IOException {
    if (bundleIsBroken) {
      throw new IOException("no space left on device");
    }
    trusted.add(anchors);
  }

  private Path certificate() {
    return directory.resolve("server.pem");
  }

  private void replaceFiles() {
    now = now.plus(Duration.ofDays(370));
    authority.refresh();
  }

  @Test
  void changedFilesAreHandedOnOnce() {
    watch.check();
    assertThat(shown).isEmpty();

    replaceFiles();
    watch.check();
    watch.check();

    assertThat(shown)
        .extracting(ServerCertificate::chain)
        .containsExactly(authority.current().chain());
    assertThat(trusted).hasSize(1);
  }

  @Test
  void brokenFileIsLookedAtAgain() throws IOException {
    replaceFiles();
    String good = Files.readString(certificate());
    Files.writeString(certificate(), "nonsense");
    watch.check();
    assertThat(shown).isEmpty();

    Files.writeString(certificate(), good);
    watch.check();

    assertThat(shown).hasSize(1);
  }

  @Test
  void whatCouldNotBeTakenIsHandedOnAgain() {
    bundleIsBroken = true;
    replaceFiles();
    watch.check();
    assertThat(trusted).isEmpty();

    bundleIsBroken = false;
    watch.check();
    watch.check();

    assertThat(trusted).hasSize(1);
    assertThat(shown.getLast().chain()).isEqualTo(authority.current().chain());
  }
}
