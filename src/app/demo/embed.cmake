# cmake -DFOLDER=src/app/demo -DOUT=demo_mails.c -P embed.cmake
# Writes all the .eml files below FOLDER as C arrays (demo_mails.h).
file(GLOB_RECURSE files RELATIVE "${FOLDER}" "${FOLDER}/*.eml")
list(SORT files)
set(arrays "")
set(rows "")
set(n 0)
foreach(file ${files})
  file(READ "${FOLDER}/${file}" hex HEX)
  string(REGEX REPLACE "(................................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
  string(APPEND arrays "static const unsigned char mail_${n}[] = {\n${hex}\n};\n")
  string(APPEND rows "\t{ \"${file}\", mail_${n}, sizeof mail_${n} },\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE "${OUT}" "/* Generated from the files below src/app/demo. */
#include \"demo_mails.h\"

${arrays}
const struct demo_mail demo_mails[] = {
${rows}};
const size_t demo_mails_count = ${n};
")
