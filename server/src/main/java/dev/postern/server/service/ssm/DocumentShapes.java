package dev.postern.server.service.ssm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.server.service.Account;
import dev.postern.server.store.DocumentRecord;
import dev.postern.wire.control.DocumentContent;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ssm.model.DocumentDescription;
import software.amazon.awssdk.services.ssm.model.DocumentParameter;

/** Documents as the API shows them (spec/aws-api.md 2.3, 2.12). */
final class DocumentShapes {
  /** The owner of documents that ship with the product. */
  static final String AMAZON = "Amazon";

  /** Session documents are for all of them, whatever their properties say. */
  static final List<String> PLATFORMS = List.of("Windows", "Linux", "MacOS");

  private DocumentShapes() {}

  static String owner(boolean ownedByAmazon, Account account) {
    return ownedByAmazon ? AMAZON : account.id();
  }

  /**
   * All that is told of a version.
   *
   * @param status AWS's: a version is in use at once, but those who made it are told that it is
   *     being made
   */
  static DocumentDescription description(SessionDocument document, Account account, String status) {
    DocumentRecord record = document.record();
    return DocumentDescription.builder()
        .hash(hash(record.content()))
        .hashType("Sha256")
        .name(record.name())
        .displayName(record.labels().displayName().orElse(null))
        .versionName(record.labels().versionName().orElse(null))
        .owner(owner(document.ownedByAmazon(), account))
        .createdDate(record.createdDate())
        .status(status)
        .documentVersion(document.version())
        .description(record.labels().description().orElse(null))
        .parameters(parameters(document.parameters()))
        .platformTypesWithStrings(PLATFORMS)
        .documentType(record.type())
        .schemaVersion(DocumentContent.SCHEMA_VERSION)
        .latestVersion(Long.toString(record.latestVersion()))
        .defaultVersion(Long.toString(record.defaultVersion()))
        .documentFormat(record.labels().format())
        .targetType(record.labels().targetType().orElse(null))
        .tags(GivenTags.list(record.tags()))
        .build();
  }

  private static List<DocumentParameter> parameters(Map<String, ParameterDefinition> definitions) {
    return definitions.entrySet().stream()
        .map(parameter ->
            DocumentParameter.builder()
                .name(parameter.getKey())
                .type(parameter.getValue().type().shown())
                .description(parameter.getValue().description().orElse(null))
                .defaultValue(parameter.getValue().shownDefault().orElse(null))
                .build())
        .toList();
  }

  /** Of the text as it is stored. */
  private static String hash(String content) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(content.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every JDK has SHA-256", missing);
    }
  }

  /** A version as audit events show it: without what it says. */
  static Map<String, Object> shown(DocumentDescription description) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("name", description.name());
    shown.put("documentVersion", description.documentVersion());
    shown.put("hash", description.hash());
    shown.put("hashType", description.hashTypeAsString());
    shown.put("documentFormat", description.documentFormatAsString());
    shown.put("status", description.statusAsString());
    return Map.of("documentDescription", shown);
  }
}
