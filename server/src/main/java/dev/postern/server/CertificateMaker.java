package dev.postern.server;

import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes certificates (RFC 5280) as of one instant: EC P-256, ECDSA with SHA-256. No files. */
final class CertificateMaker {
  private static final Duration AUTHORITY_LIFETIME = Duration.ofDays(3652);

  /** Some clients refuse server certificates that are valid for longer. */
  private static final Duration SERVER_LIFETIME = Duration.ofDays(397);

  /** So that a client whose clock is behind accepts a new certificate. */
  private static final Duration BACKDATED = Duration.ofDays(1);

  private static final X500Name AUTHORITY = new X500Name("CN=Postern CA");
  private static final X500Name SERVER = new X500Name("CN=Postern server");
  private static final int SERIAL_BITS = 127;

  private final ServerNames names;
  private final Instant notBefore;
  private final SecureRandom random;

  CertificateMaker(ServerNames names, Instant now, SecureRandom random) {
    this.names = names;
    this.notBefore = now.minus(BACKDATED).truncatedTo(ChronoUnit.SECONDS);
    this.random = random;
  }

  KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** A CA that may certify the server's names, and no CA below it. */
  X509Certificate authority(KeyPair pair) {
    Instant notAfter = notBefore.plus(AUTHORITY_LIFETIME);
    X509v3CertificateBuilder builder = builder(AUTHORITY, AUTHORITY, notAfter, pair.getPublic());
    try {
      JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          identifiers.createSubjectKeyIdentifier(pair.getPublic()));
      builder.addExtension(Extension.nameConstraints, true, constraints(names));
    } catch (GeneralSecurityException | CertIOException impossible) {
      throw new IllegalStateException(impossible);
    }
    return sign(builder, pair.getPrivate());
  }

  /** The server's certificate, which ends before its CA does. */
  X509Certificate server(PublicKey key, X509Certificate authority, PrivateKey authorityKey) {
    Instant notAfter = notBefore.plus(SERVER_LIFETIME);
    Instant authorityEnd = authority.getNotAfter().toInstant();
    X509v3CertificateBuilder builder =
        builder(AUTHORITY, SERVER, notAfter.isBefore(authorityEnd) ? notAfter : authorityEnd, key);
    try {
      JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
      builder.addExtension(
          Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(key));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          identifiers.createAuthorityKeyIdentifier(authority.getPublicKey()));
      builder.addExtension(
          Extension.subjectAlternativeName, false, new GeneralNames(alternativeNames(names)));
    } catch (GeneralSecurityException | CertIOException impossible) {
      throw new IllegalStateException(impossible);
    }
    return sign(builder, authorityKey);
  }

  private X509v3CertificateBuilder builder(
      X500Name issuer, X500Name subject, Instant notAfter, PublicKey key) {
    BigInteger serial = new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1);
    return new JcaX509v3CertificateBuilder(
        issuer, serial, Date.from(notBefore), Date.from(notAfter), subject, key);
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key) {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
    } catch (OperatorCreationException | GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static GeneralName[] alternativeNames(ServerNames names) {
    return Stream.concat(
            names.hosts().stream().map(host -> new GeneralName(GeneralName.dNSName, host)),
            names.addresses().stream()
                .map(each -> new GeneralName(GeneralName.iPAddress, each.getHostAddress())))
        .toArray(GeneralName[]::new);
  }

  /** A permitted name admits the names below it too; a permitted address only itself. */
  private static NameConstraints constraints(ServerNames names) {
    Stream<GeneralName> hosts =
        names.hosts().stream()
            .map(host -> host.startsWith("*.") ? host.substring(2) : host)
            .distinct()
            .map(host -> new GeneralName(GeneralName.dNSName, host));
    Stream<GeneralName> addresses =
        names.addresses().stream()
            .map(each -> new GeneralName(GeneralName.iPAddress, withFullMask(each)));
    return new NameConstraints(
        Stream.concat(hosts, addresses).map(GeneralSubtree::new).toArray(GeneralSubtree[]::new),
        null);
  }

  private static DEROctetString withFullMask(InetAddress address) {
    byte[] bytes = address.getAddress();
    byte[] masked = Arrays.copyOf(bytes, bytes.length * 2);
    Arrays.fill(masked, bytes.length, masked.length, (byte) 0xff);
    return new DEROctetString(masked);
  }

  /** Whether a CA may certify all of these names. */
  static boolean covers(X509Certificate authority, ServerNames names) {
    try {
      Extension extension =
          new JcaX509CertificateHolder(authority).getExtension(Extension.nameConstraints);
      return extension != null
          && subtrees(NameConstraints.getInstance(extension.getParsedValue()))
              .containsAll(subtrees(constraints(names)));
    } catch (GeneralSecurityException malformed) {
      return false;
    }
  }

  private static Set<GeneralSubtree> subtrees(NameConstraints constraints) {
    return new HashSet<>(Arrays.asList(constraints.getPermittedSubtrees()));
  }

  /** The alternative names of a certificate, in a form that can be compared. */
  static Set<String> names(X509Certificate certificate) {
    Set<String> found = new HashSet<>();
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        alternatives.forEach(each -> found.add(canonical(String.valueOf(each.get(1)))));
      }
    } catch (GeneralSecurityException malformed) {
      return Set.of();
    }
    return found;
  }

  static Set<String> names(ServerNames names) {
    Set<String> all = new HashSet<>(names.hosts());
    names.addresses().forEach(each -> all.add(each.getHostAddress()));
    return all;
  }

  /** Addresses can be written in many ways. */
  private static String canonical(String name) {
    try {
      return InetAddress.ofLiteral(name).getHostAddress();
    } catch (IllegalArgumentException host) {
      return name;
    }
  }

  static boolean isIssuedBy(X509Certificate certificate, X509Certificate authority) {
    try {
      certificate.verify(authority.getPublicKey());
      return certificate.getIssuerX500Principal().equals(authority.getSubjectX500Principal());
    } catch (GeneralSecurityException other) {
      return false;
    }
  }
}
