package dev.postern.server.access.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.server.access.policy.PolicyDocument.Kind;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MalformedPolicyTest {
  private static final String RICH =
      Samples.json(
          "{'Sid':'A1','Effect':'Deny','NotPrincipal':{'AWS':['123456789012','AIDA1234567890123456']},"
              + "'NotAction':['ssm:*','s3:Get?'],'Resource':['*','arn:aws:s3:::${a, 'b'}/*'],"
                  .replace("'b'", "\\u0027b\\u0027")
              + "'Condition':{'ForAllValues:StringLikeIfExists':{'aws:TagKeys':['a',1,true]}}}");

  private static MalformedPolicyException refusal(String text, Kind kind) {
    return catchThrowableOfType(
        MalformedPolicyException.class, () -> PolicyDocument.parse(text, kind));
  }

  /** The statement stands on the second line of the document, from its first column on. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{'Effect':'Allow','Action':'*'}|Policy statement must contain resources.|1",
        "{'Effect':'Allow','Action':'*','Resource':[]}|Policy statement must contain resources.|32",
        "{'Effect':'Allow','Resource':'*'}|Policy statement must contain actions.|1",
        "{'Effect':'Allow','Action':[],'Resource':'*'}|Policy statement must contain actions.|19",
        "{'Action':'*','Resource':'*'}|Missing required field Effect|1",
        "{'Effect':'allow','Action':'*','Resource':'*'}|Invalid effect: allow|11",
        "{'Effect':true,'Action':'*','Resource':'*'}|A string is expected|11",
        "{'Effect':null,'Action':'*','Resource':'*'}|A value must not be null|11",
        "{'Effect':'Allow','Effect':'Deny'}|This policy contains invalid Json: duplicate key Effect|19",
        "{'Effect':'Allow','Action':'*','NotAction':'*'}|both Action and NotAction|32",
        "{'Effect':'Allow','Action':'*','Resource':'*','NotResource':'*'}|both Resource and|47",
        "{'Principal':'*','Effect':'Allow'}|Policy document should not specify a principal.|2",
        "{'Effect':'Allow','Action':'ssm','Resource':'*'}|prefaced by a vendor|28",
        "{'Effect':'Allow','Action':'ssm:','Resource':'*'}|prefaced by a vendor|28",
        "{'Effect':'Allow','Action':'ssm:a:b','Resource':'*'}|can contain only one colon.|28",
        "{'Effect':'Allow','Action':'s*m:a','Resource':'*'}|Vendor s*m is not valid|28",
        "{'Effect':'Allow','Action':['a:b',{}],'Resource':'*'}|A string is expected|35",
        "{'Effect':'Allow','Action':'*','Resource':'bucket'}|must be in ARN format|43",
        "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3'}|must be in ARN format|43",
        "{'Effect':'Allow','Action':'*','Resource':'a:b:c:d:e:f'}|must be in ARN format|43",
        "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::${a'}|Malformed policy variable|43",
        "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::${}'}|Malformed policy variable|43",
        "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::${a,b}'}|Malformed policy|43",
        "{'Sid':'a b','Effect':'Allow'}|must be alpha-numeric|8",
        "{'Extra':1}|Unknown field Extra|2",
        "{'Effect':'Allow','Action':'*','Resource':'*','Condition':[]}|must be an object|59",
        "{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'StringIs':{}}}|operator StringIs|60",
        "{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'NullIfExists':{}}}|Null|60",
        "{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'Bool':'x'}}|must have keys|67",
        "{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'Bool':{'':'x'}}}|a name|68",
        "{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'Bool':{'a':{}}}}|value must|72",
        "'Allow'|A statement must be an object|1",
        "{'Effect':'Allow',}|This policy contains invalid Json|19",
      })
  void identityPolicyIsRefusedWithThePlace(String statement, String problem, int column) {
    MalformedPolicyException refusal =
        refusal(
            "{\"Version\":\"2012-10-17\",\"Statement\":\n" + statement.replace('\'', '"') + "\n}",
            Kind.IDENTITY);

    assertThat(refusal).hasMessageContaining(problem);
    assertThat(refusal).hasMessageEndingWith(" (line 2, column " + column + ")");
    assertThat(refusal.position()).isEqualTo(new Position(2, column));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "~~|Json",
        "[]|This policy contains invalid Json (line 1, column 1)",
        "'{}'|This policy contains invalid Json",
        "{}|Missing required field Statement (line 1, column 1)",
        "{'Statement':[]}|Policy document must contain at least one statement (line 1, column 14)",
        "{'Version':'2012','Statement':[]}|Version must be 2012-10-17 or 2008-10-17",
        "{'Version':2012,'Statement':[]}|A string is expected (line 1, column 12)",
        "{'Statements':[]}|Unknown field Statements (line 1, column 2)",
        "{'Statement':[]} x|Json",
      })
  void documentIsRefused(String text, String problem) {
    assertThat(refusal(text.replace('\'', '"'), Kind.IDENTITY)).hasMessageContaining(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{'Effect':'Allow','Action':'sts:AssumeRole'}|Missing required field Principal",
        "{'Effect':'Allow','Principal':'*','Action':'sts:AssumeRole','Resource':'*'}|Has prohibited field Resource",
        "{'Effect':'Deny','NotPrincipal':'*','Action':'sts:AssumeRole'}|Has prohibited field NotPrincipal",
        "{'Effect':'Allow','Principal':'*','Action':'s3:*'}|AssumeRole policy may only specify STS",
        "{'Effect':'Allow','Principal':'a','Action':'sts:*'}|Invalid principal in policy: \"AWS\":\"a\"",
        "{'Effect':'Allow','Principal':[],'Action':'sts:*'}|must be \"*\" or an object",
        "{'Effect':'Allow','Principal':{},'Action':'sts:*'}|must name someone",
        "{'Effect':'Allow','Principal':{'Aws':'*'},'Action':'sts:*'}|Unknown principal type Aws",
        "{'Effect':'Allow','Principal':{'Service':'*'},'Action':'sts:*'}|\"Service\":\"*\"",
        "{'Effect':'Allow','Principal':{'AWS':'arn:aws:iam::123456789012:user/*'},'Action':'sts:*'}|Invalid principal",
        "{'Effect':'Allow','Principal':{'AWS':'arn:aws:iam::123456789012:group/x'},'Action':'sts:*'}|Invalid principal",
        "{'Effect':'Allow','Principal':{'AWS':'arn:aws:s3:::x'},'Action':'sts:*'}|Invalid principal",
      })
  void trustPolicyIsRefused(String statement, String problem) {
    String text = "{\"Statement\":" + statement.replace('\'', '"') + "}";

    assertThat(refusal(text, Kind.TRUST)).hasMessageContaining(problem);
  }

  @Test
  void allowForEveryoneExceptSomeIsRefused() {
    String text =
        Samples.json("{'Effect':'Allow','NotPrincipal':'*','Action':'s3:*','Resource':'*'}");

    assertThat(refusal(text, Kind.RESOURCE)).hasMessageContaining("NotPrincipal must be used");
  }

  @Test
  void sidsComeOnce() {
    String one = "{'Sid':'A','Effect':'Allow','Action':'*','Resource':'*'}";

    assertThat(refusal(Samples.json(one, one), Kind.IDENTITY))
        .hasMessageContaining("Statement IDs (SID) in a single policy must be unique.");
  }

  @Test
  void deepAndLongTextsAreRefused() {
    assertThat(refusal("{\"Statement\":" + "[".repeat(10_000), Kind.IDENTITY)).isNotNull();
    assertThat(refusal(" ".repeat(PolicyDocument.TEXT_CHARACTERS_MAX + 1), Kind.IDENTITY))
        .hasMessageContaining("too long");
  }

  /** Repeated groups of a regular expression would take a stack frame for each of these parts. */
  @Test
  void longPrincipalIsReadOrRefused() {
    String service = "a." + "a.".repeat(50_000) + "b";
    String trust = "{'Effect':'Allow','Principal':{'%s':'%s'},'Action':'sts:AssumeRole'}";

    assertThat(refusal(Samples.json(trust.formatted("Service", service)), Kind.TRUST)).isNull();
    assertThat(refusal(Samples.json(trust.formatted("AWS", service)), Kind.TRUST)).isNotNull();
    assertThat(refusal(Samples.json(trust.formatted("Service", service + "!")), Kind.TRUST))
        .isNotNull();
  }

  @Test
  void halfASurrogatePairIsRefused() {
    assertThatThrownBy(() ->
            PolicyDocument.parse(Samples.json("{'Sid':'\\ud800','Effect':'Allow'}"), Kind.IDENTITY))
        .isInstanceOf(MalformedPolicyException.class);
  }

  @ParameterizedTest
  @EnumSource
  void everyTruncationIsRefused(Kind kind) {
    for (int length = 0; length < RICH.length(); length++) {
      assertThat(refusal(RICH.substring(0, length), kind)).as("%d", length).isNotNull();
    }
  }

  @Test
  void theWholeOfItIsTaken() throws MalformedPolicyException {
    assertThat(PolicyDocument.parse(RICH, Kind.RESOURCE).statements()).hasSize(1);
  }

  /** Whatever comes, nothing else is thrown. */
  @ParameterizedTest
  @EnumSource
  void damagedTextIsReadOrRefused(Kind kind) {
    var random = new Random(42);
    for (int round = 0; round < 20_000; round++) {
      var text = new StringBuilder(RICH);
      for (int change = random.nextInt(4); change >= 0; change--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.deleteCharAt(at);
          case 1 -> text.insert(at, RICH.charAt(random.nextInt(RICH.length())));
          default -> text.setCharAt(at, (char) random.nextInt(0x10000));
        }
      }
      MalformedPolicyException refusal = refusal(text.toString(), kind);
      assertThat(refusal == null || refusal.position().line() >= 1).isTrue();
    }
  }
}
