package dev.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrustTest {
  @TempDir private Path directory;

  private void refuses(Path file, String... parts) {
    assertThatIOException()
        .isThrownBy(() -> Trust.withBundle(file))
        .withMessageContainingAll(file.toString())
        .withMessageContainingAll(parts);
  }

  @Test
  void missingBundleIsRefusedByName() {
    refuses(directory.resolve("absent.pem"), "no such file");
  }

  @Test
  void directoryIsNoBundle() {
    refuses(directory, "cannot be read");
  }

  @Test
  void bundleWithoutCertificateIsRefused() throws IOException {
    refuses(Files.writeString(directory.resolve("empty.pem"), "hello\n"), "no PEM certificate");
  }

  @Test
  void brokenCertificateIsRefusedByItsNumber() throws Exception {
    String good = TestCertificates.valid().pem();

    refuses(Files.writeString(directory.resolve("cut.pem"), good + good.substring(0, 99)), "2");
    refuses(
        Files.writeString(directory.resolve("bad.pem"), good.replace("MII", "AAA")),
        "certificate 1 is broken");
  }

  @Test
  void otherBlocksAndTextAreSkipped() throws Exception {
    TestCertificates certificates = TestCertificates.valid();
    String key =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getEncoder().encodeToString(new byte[] {1, 2})
            + "\n-----END PRIVATE KEY-----\n";
    String bundle = "# ours -----\n" + certificates.pem() + key + "text\n" + certificates.pem();

    List<UnreadCertificate> found =
        CertificateBundle.parse(ByteInput.bytes(bundle.replace("\n", "\r\n"))).all();

    assertThat(found).extracting(UnreadCertificate::number).containsExactly(1, 2);
    assertThat(found.getLast().read()).isEqualTo(certificates.certificate());
  }

  @Test
  void certificatesAreFoundByTheNamesInAChain() throws Exception {
    X509Certificate one = TestCertificates.valid().certificate();
    X509Certificate other = TestCertificates.forAnotherName().certificate();
    CertificateBundle bundle =
        CertificateBundle.parse(
            ByteInput.bytes(
                TestCertificates.pem(other.getEncoded()) + TestCertificates.pem(one.getEncoded())));

    assertThat(bundle.namedIn(new X509Certificate[] {one}))
        .extracting(UnreadCertificate::number)
        .containsExactly(2);
    assertThat(bundle.namedIn(new X509Certificate[] {TestCertificates.expired().certificate()}))
        .as("by its issuer")
        .extracting(UnreadCertificate::number)
        .containsExactly(2);
  }

  /** Whatever bytes a file holds, it is a bundle or it is refused. */
  @Property(tries = 2000)
  void anyChangeOfACertificateIsReadOrRefused(
      @ForAll @IntRange(max = 2000) int place,
      @ForAll byte value,
      @ForAll @IntRange(max = 2000) int length)
      throws Exception {
    byte[] der = TestCertificates.valid().certificate().getEncoded();
    der[place % der.length] = value;
    byte[] cut = Arrays.copyOf(der, Math.min(length, der.length));

    try {
      CertificateBundle.parse(ByteInput.bytes(TestCertificates.pem(cut))).all().getFirst().read();
    } catch (CertificateException refused) {
      assertThat(refused).hasMessageContaining("certificate 1 is broken");
    }
  }

  @Test
  void systemRootsAreReadWhenACertificateNeedsThem() throws Exception {
    boolean[] read = new boolean[1];
    LazyTrustManager lazy =
        new LazyTrustManager(
            "roots",
            () -> {
              read[0] = true;
              throw new IOException("broken roots");
            });

    assertThat(read[0]).isFalse();
    assertThatIOException()
        .isThrownBy(() -> {
          try {
            lazy.checkServerTrusted(
                new X509Certificate[] {TestCertificates.valid().certificate()}, "ECDHE_ECDSA");
          } catch (CertificateException e) {
            throw new IOException(e.getMessage(), e);
          }
        })
        .withMessageContaining("broken roots");
  }
}
