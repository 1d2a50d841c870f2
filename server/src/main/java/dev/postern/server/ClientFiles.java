package dev.postern.server;

import dev.postern.server.store.AccessKeyRecord;
import dev.postern.server.store.PrivateFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The files of the data directory with which the AWS CLI and other clients on this machine find the
 * server: {@code env}, {@code aws/}, {@code bin/} and {@code tls/bundle.pem}. They are written anew
 * at each start. The administrator's secret stands in {@code aws/credentials} and nowhere else.
 */
public final class ClientFiles {
  private static final List<Path> SYSTEM_ROOTS =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
          Path.of("/etc/ssl/ca-bundle.pem"),
          Path.of("/etc/ssl/cert.pem"));

  private final DataDirectory data;
  private final URI publicUrl;
  private final String region;

  public ClientFiles(DataDirectory data, URI publicUrl, String region) {
    this.data = data;
    this.publicUrl = publicUrl;
    this.region = region;
  }

  /**
   * Writes all of them.
   *
   * @param administrator whose key the profile gets; without one, the old credentials stay
   * @param posternHome where the {@code postern} command is; without it, there is no plugin
   * @throws StartFailure when a file cannot be written
   */
  public void write(
      Optional<AccessKeyRecord> administrator,
      List<X509Certificate> trustAnchors,
      Optional<Path> posternHome) {
    try {
      writeBundle(trustAnchors);
      Path aws = data.directory("aws");
      PrivateFile.write(aws.resolve("config"), utf8(config()));
      if (administrator.isPresent()) {
        writeCredentials(data, administrator.get());
      }
      Path bin = data.directory("bin");
      if (posternHome.isPresent()) {
        Path home = posternHome.get().toAbsolutePath().normalize();
        PrivateFile.writeExecutable(
            bin.resolve("session-manager-plugin"),
            utf8(
                "#!/bin/sh\nexec "
                    + quote(home.resolve("postern").toString())
                    + " plugin \"$@\"\n"));
      }
      PrivateFile.write(data.path().resolve("env"), utf8(environment()));
    } catch (IOException failure) {
      throw new StartFailure(
          "cannot write the client files in " + data.path() + ": " + DataDirectory.reason(failure),
          failure);
    }
  }

  /** The credentials alone; the answer is their file. */
  static Path writeCredentials(DataDirectory data, AccessKeyRecord key) throws IOException {
    Path file = data.directory("aws").resolve("credentials");
    PrivateFile.write(file, utf8(credentials(key)));
    return file;
  }

  /** The bundle alone, after the CA was made again. */
  public void writeBundle(List<X509Certificate> trustAnchors) throws IOException {
    String ours = trustAnchors.stream().map(Pem::write).collect(Collectors.joining());
    PrivateFile.write(bundle(), utf8(systemRoots() + ours));
  }

  private Path bundle() {
    return data.tls().resolve("bundle.pem");
  }

  private static String systemRoots() throws IOException {
    for (Path file : SYSTEM_ROOTS) {
      if (Files.isReadable(file)) {
        String roots = Files.readString(file);
        return roots.isEmpty() || roots.endsWith("\n") ? roots : roots + "\n";
      }
    }
    return javaRoots();
  }

  /** Where the system has no roots, those of the JDK are better than none. */
  private static String javaRoots() throws IOException {
    Path file = Path.of(System.getProperty("java.home"), "lib", "security", "cacerts");
    StringBuilder roots = new StringBuilder();
    try (InputStream content = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(content, null);
      for (String alias : Collections.list(store.aliases())) {
        if (store.getCertificate(alias) instanceof X509Certificate root) {
          roots.append(Pem.write(root));
        }
      }
    } catch (GeneralSecurityException malformed) {
      throw new IOException("cannot read the JDK's roots", malformed);
    }
    return roots.toString();
  }

  private String config() {
    return """
    # Written by Postern at each start.
    [profile postern]
    region = %s
    endpoint_url = %s
    ca_bundle = %s
    s3 =
        signature_version = s3v4
    """
        .formatted(region, publicUrl, bundle());
  }

  private static String credentials(AccessKeyRecord key) {
    return """
    # Written by Postern at each start.
    [postern]
    aws_access_key_id = %s
    aws_secret_access_key = %s
    """
        .formatted(key.accessKeyId(), key.secret());
  }

  private String environment() throws IOException {
    try (InputStream template = ClientFiles.class.getResourceAsStream("env.sh")) {
      if (template == null) {
        throw new IllegalStateException("env.sh is missing from this program");
      }
      return new String(template.readAllBytes(), StandardCharsets.UTF_8)
          .replace("@DIRECTORY@", quote(data.path().toString()))
          .replace("@ENDPOINT@", quote(publicUrl.toString()))
          .replace("@REGION@", quote(region));
    }
  }

  /** One word for any POSIX shell, whatever the text holds. */
  private static String quote(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
