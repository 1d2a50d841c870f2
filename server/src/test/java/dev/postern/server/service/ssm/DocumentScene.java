package dev.postern.server.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.aws.Fault;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ssm.model.CreateDocumentRequest;
import software.amazon.awssdk.services.ssm.model.DescribeDocumentRequest;
import software.amazon.awssdk.services.ssm.model.DocumentDescription;
import software.amazon.awssdk.services.ssm.model.Tag;
import software.amazon.awssdk.services.ssm.model.UpdateDocumentRequest;

/**
 * What the tests of the operations on documents have in common: a server's parts, and documents.
 */
abstract class DocumentScene {
  static final String PREFERENCES = "SSM-SessionManagerRunShell";
  static final String SHIPPED = "AWS-StartSSHSession";

  @TempDir Path directory;
  SystemsManagerFixture ssm;

  @BeforeEach
  void open() throws Exception {
    ssm = new SystemsManagerFixture(directory);
  }

  @AfterEach
  void close() {
    ssm.close();
  }

  /** A plain shell whose content differs by a text. */
  static String content(String description) {
    return "{\"schemaVersion\": \"1.0\", \"description\": \""
        + description
        + "\", \"sessionType\": \"Standard_Stream\", \"inputs\": {}}";
  }

  static CreateDocumentRequest.Builder newDocument(String name) {
    return CreateDocumentRequest.builder()
        .name(name)
        .documentType("Session")
        .content(content("first"));
  }

  DocumentDescription create(CreateDocumentRequest.Builder request) {
    return ssm.run(new CreateDocument(ssm.parts), request.build()).documentDescription();
  }

  DocumentDescription create(String name, Tag... tags) {
    return create(newDocument(name).tags(Arrays.asList(tags)));
  }

  DocumentDescription update(UpdateDocumentRequest.Builder request) {
    return ssm.run(new UpdateDocument(ssm.parts), request.build()).documentDescription();
  }

  DocumentDescription update(String name, String description) {
    return update(
        UpdateDocumentRequest.builder()
            .name(name)
            .documentVersion("$LATEST")
            .content(content(description)));
  }

  DocumentDescription describe(String name, String... version) {
    var request = DescribeDocumentRequest.builder().name(name);
    if (version.length > 0) {
      request.documentVersion(version[0]);
    }
    return ssm.run(new DescribeDocument(ssm.parts), request.build()).document();
  }

  static Tag tag(String key, String value) {
    return Tag.builder().key(key).value(value).build();
  }

  static Fault refusal(String code, Runnable call) {
    Fault fault = catchThrowableOfType(Fault.class, call::run);
    assertThat(fault).as("a refusal with " + code).isNotNull();
    assertThat(fault.code()).as(fault.message()).isEqualTo(code);
    return fault;
  }
}
