package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.access.Permit;
import dev.postern.server.access.Question;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.ResourceTags;
import dev.postern.server.store.DocumentOutcome;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Rules and refusals that the operations on documents share (spec/aws-api.md 2.3). */
final class DocumentRules {
  static final int DISPLAY_NAME_LENGTH_MAX = 1024;
  static final int TARGET_TYPE_LENGTH_MAX = 200;

  private static final Pattern NAME = Pattern.compile("^[a-zA-Z0-9_\\-.]{3,128}$");
  private static final Pattern NAME_OR_ARN = Pattern.compile("^[a-zA-Z0-9_\\-.:/]{3,128}$");
  private static final Pattern VERSION = Pattern.compile("([$]LATEST|[$]DEFAULT|^[1-9][0-9]*$)");
  private static final Pattern VERSION_NAME = Pattern.compile("^[a-zA-Z0-9_\\-.]{1,128}$");
  private static final Pattern DISPLAY_NAME = Pattern.compile("^[\\w\\.\\-\\:\\/ ]*$");
  private static final Pattern TARGET_TYPE = Pattern.compile("^\\/[\\w\\.\\-\\:\\/]*$");

  /** What the names of AWS's own documents begin with; {@code aws} stands for the longer ones. */
  private static final List<String> RESERVED_PREFIXES = List.of("aws", "amazon", "amzn");

  private DocumentRules() {}

  static Constraints name(@Nullable String name) {
    return Constraints.of().member("name", name).required().pattern(NAME);
  }

  static Constraints nameOrArn(@Nullable String name) {
    return Constraints.of().member("name", name).required().pattern(NAME_OR_ARN);
  }

  static Constraints version(
      Constraints constraints, @Nullable String version, @Nullable String versionName) {
    return constraints
        .member("documentVersion", version)
        .pattern(VERSION)
        .member("versionName", versionName)
        .pattern(VERSION_NAME);
  }

  static Constraints format(Constraints constraints, @Nullable String format) {
    return constraints.member("documentFormat", format).oneOf(List.of("YAML", "JSON", "TEXT"));
  }

  /** Content that a call gives; in no format but those that sessions can have. */
  static void content(Constraints constraints, @Nullable String content, @Nullable String format) {
    constraints
        .member("content", content)
        .required()
        .length(1, Integer.MAX_VALUE)
        .member("documentFormat", format)
        .oneOf(List.of("JSON", "YAML"));
  }

  /** The same, validated. */
  static DocumentText text(String content, @Nullable String format) {
    return new DocumentText(
        format == null ? DocumentText.Format.JSON : DocumentText.Format.valueOf(format), content);
  }

  static Constraints labels(
      Constraints constraints, @Nullable String displayName, @Nullable String targetType) {
    return constraints
        .member("displayName", displayName)
        .length(0, DISPLAY_NAME_LENGTH_MAX)
        .pattern(DISPLAY_NAME)
        .member("targetType", targetType)
        .length(0, TARGET_TYPE_LENGTH_MAX)
        .pattern(TARGET_TYPE);
  }

  static Constraints permissionType(Constraints constraints, @Nullable String permissionType) {
    return constraints.member("permissionType", permissionType).required().oneOf(List.of("Share"));
  }

  /** AWS keeps some names for its own documents. */
  static void requireFreeName(String name) {
    String lowerCased = name.toLowerCase(Locale.ROOT);
    if (RESERVED_PREFIXES.stream().anyMatch(lowerCased::startsWith)) {
      throw new Fault("ValidationException", 400, "Invalid document name " + name);
    }
  }

  /** May the caller do this to the document, with the tags that it has? */
  static Question question(String action, DocumentReference reference, SessionDocuments documents) {
    return new Question(
        List.of(
            new Question.Check(
                action, reference.arn(), ResourceTags.conditionKeys(documents.tags(reference)))),
        Question.Proof.ACCESS_KEY);
  }

  /** Documents that ship with the product are nobody's to change, whatever policies allow. */
  static void requireOwn(Permit permit, String action, DocumentReference reference) {
    if (reference.owner() != DocumentReference.Owner.SELF) {
      throw new Fault(
          "AccessDeniedException",
          400,
          "User: "
              + permit.caller().arn()
              + " is not authorized to perform: "
              + action
              + " on resource: "
              + reference.arn());
    }
  }

  /** Throws the operation's error for a change that was not made. */
  static void requireDone(DocumentOutcome outcome, String name) {
    switch (outcome) {
      case DONE -> {}
      case NO_DOCUMENT -> throw unknown(name);
      case NO_VERSION -> throw unknownVersion(name);
      case NAME_TAKEN ->
          throw new Fault(
              "DocumentAlreadyExists", 400, "Document with same name " + name + " already exists");
      case TOO_MANY_DOCUMENTS ->
          throw new Fault(
              "DocumentLimitExceeded", 400, "You can have at most 500 active SSM documents.");
      case TOO_MANY_VERSIONS ->
          throw new Fault(
              "DocumentVersionLimitExceeded",
              400,
              "The document has too many versions. Delete one or more document versions and try"
                  + " again.");
      case VERSION_NAME_TAKEN ->
          throw new Fault(
              "DuplicateDocumentVersionName",
              400,
              "The version name has already been used in this document. Specify a different"
                  + " version name, and then try again.");
      case NOT_LATEST -> throw notLatest(name);
      case IS_DEFAULT ->
          throw new Fault(
              "InvalidDocumentOperation", 400, "Default version of the document can't be deleted.");
      case SHARED ->
          throw new Fault(
              "InvalidDocumentOperation",
              400,
              "You attempted to delete a document while it is still shared. You must stop sharing"
                  + " the document before you can delete it.");
      case TOO_MANY_ACCOUNTS ->
          throw new Fault(
              "DocumentPermissionLimit",
              400,
              "The document can't be shared with more than 1,000 accounts.");
      case TOO_MANY_PUBLIC ->
          throw new Fault(
              "DocumentLimitExceeded", 400, "You can share at most five documents publicly.");
    }
  }

  /** Adds a member to what an audit event shows of a call, where the call has it. */
  static void audit(Map<String, Object> parameters, String name, @Nullable String value) {
    if (value != null) {
      parameters.put(name, value);
    }
  }

  static Fault unknown(String name) {
    return new Fault("InvalidDocument", 400, "Document with name " + name + " does not exist.");
  }

  static Fault unknownVersion(String name) {
    return new Fault(
        "InvalidDocumentVersion", 400, "The version of document " + name + " does not exist.");
  }

  static Fault notLatest(String name) {
    return new Fault(
        "InvalidDocumentVersion",
        400,
        "Version provided for document "
            + name
            + " is not latest. Please provide the latest version to update document "
            + name);
  }
}
