<#ftl output_format="Markdown">
<#-- What every report says of its run. -->
<#macro verdict>
<#list reasons as reason>
- ${reason}
</#list>
<#if baseline?has_content>

Compared with ${code(baseline)}.
</#if>

## What to know first

<#list findings as finding>
- ${finding}
</#list>
</#macro>
<#macro reproduce again measured>
## Reproduce

${fence("./kernelweave run jobs/" + job + ".yaml --fresh      # " + again + "
./kernelweave report " + run + "   # renders this page again", "")}

| part of the fingerprint | SHA-256 |
|---|---|
<#list fingerprint as name, digest>
| ${name} | ${code(digest)} |
</#list>

${measured} on: <#list environment as name, value>${name} ${value}<#sep>, </#list>.

<details><summary>Settings</summary>

${fence(settings, "json")}

</details>
</#macro>
