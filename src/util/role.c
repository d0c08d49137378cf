/*
 * What a folder is for.  The server's word (RFC 6154, and the older XLIST
 * words) decides; without one we go by the name, but only where such a folder
 * belongs to the account itself: at the top, below INBOX, or below a
 * provider's own "[Gmail]".  "Projects/Trash" or "Other Users/bob/Trash" are
 * not places to move deleted mail to.
 */
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "util/mkey.h"
#include "util/utf8.h"

struct role_name {
	enum folder_role role;
	const char *name;
};

static const struct role_name attributes[] = {
    {ROLE_SENT, "\\Sent"},
    {ROLE_DRAFTS, "\\Drafts"},
    {ROLE_TRASH, "\\Trash"},
    {ROLE_JUNK, "\\Junk"},
    {ROLE_ARCHIVE, "\\Archive"},
    {ROLE_ALL, "\\All"},
    {ROLE_FLAGGED, "\\Flagged"},
    {ROLE_INBOX, "\\Inbox"},
    {ROLE_JUNK, "\\Spam"},
    {ROLE_ALL, "\\AllMail"},
    {ROLE_FLAGGED, "\\Starred"},
};

/* clang-format off */
static const struct role_name names[] = {
    /* English, and what the usual programs create */
    {ROLE_SENT, "Sent"}, {ROLE_SENT, "Sent Items"}, {ROLE_SENT, "Sent Mail"},
    {ROLE_SENT, "Sent Messages"}, {ROLE_SENT, "Sent-Mail"},
    {ROLE_SENT, "Sent_Mail"}, {ROLE_SENT, "Outbox-Sent"},
    {ROLE_DRAFTS, "Drafts"}, {ROLE_DRAFTS, "Draft"},
    {ROLE_TRASH, "Trash"}, {ROLE_TRASH, "Deleted Items"},
    {ROLE_TRASH, "Deleted Messages"}, {ROLE_TRASH, "Deleted"},
    {ROLE_TRASH, "Bin"}, {ROLE_TRASH, "Rubbish"},
    {ROLE_JUNK, "Junk"}, {ROLE_JUNK, "Junk Email"}, {ROLE_JUNK, "Junk E-mail"},
    {ROLE_JUNK, "Junk Mail"}, {ROLE_JUNK, "Spam"}, {ROLE_JUNK, "Bulk Mail"},
    {ROLE_JUNK, "Bulk"},
    {ROLE_ARCHIVE, "Archive"}, {ROLE_ARCHIVE, "Archives"},
    {ROLE_ALL, "All Mail"}, {ROLE_FLAGGED, "Starred"},
    {ROLE_FLAGGED, "Flagged"},
    /* German */
    {ROLE_SENT, "Gesendet"}, {ROLE_SENT, "Gesendete Elemente"},
    {ROLE_SENT, "Gesendete Objekte"}, {ROLE_SENT, "Gesendete Nachrichten"},
    {ROLE_DRAFTS, "Entwürfe"},
    {ROLE_DRAFTS, "Entwurf"}, {ROLE_TRASH, "Papierkorb"},
    {ROLE_TRASH, "Gelöschte Elemente"}, {ROLE_TRASH, "Gelöschte Objekte"},
    {ROLE_TRASH, "Gelöscht"}, {ROLE_JUNK, "Spamverdacht"},
    {ROLE_JUNK, "Unerwünscht"},
    {ROLE_ARCHIVE, "Archiv"}, {ROLE_ALL, "Alle Nachrichten"},
    {ROLE_FLAGGED, "Markiert"},
    /* French */
    {ROLE_SENT, "Envoyés"}, {ROLE_SENT, "Éléments envoyés"},
    {ROLE_SENT, "Messages envoyés"}, {ROLE_SENT, "Objets envoyés"},
    {ROLE_DRAFTS, "Brouillons"}, {ROLE_TRASH, "Corbeille"},
    {ROLE_TRASH, "Éléments supprimés"}, {ROLE_TRASH, "Messages supprimés"},
    {ROLE_JUNK, "Indésirables"}, {ROLE_JUNK, "Courrier indésirable"},
    {ROLE_JUNK, "Pourriel"}, {ROLE_ALL, "Tous les messages"},
    {ROLE_FLAGGED, "Suivis"},
    /* Spanish */
    {ROLE_SENT, "Enviados"}, {ROLE_SENT, "Elementos enviados"},
    {ROLE_SENT, "Mensajes enviados"}, {ROLE_SENT, "Correo enviado"},
    {ROLE_DRAFTS, "Borradores"}, {ROLE_TRASH, "Papelera"},
    {ROLE_TRASH, "Elementos eliminados"}, {ROLE_TRASH, "Eliminados"},
    {ROLE_JUNK, "Correo no deseado"}, {ROLE_JUNK, "No deseado"},
    {ROLE_ARCHIVE, "Archivo"}, {ROLE_ARCHIVE, "Archivados"},
    {ROLE_FLAGGED, "Destacados"},
    /* Italian */
    {ROLE_SENT, "Inviati"}, {ROLE_SENT, "Posta inviata"},
    {ROLE_SENT, "Messaggi inviati"}, {ROLE_DRAFTS, "Bozze"},
    {ROLE_TRASH, "Cestino"}, {ROLE_TRASH, "Posta eliminata"},
    {ROLE_JUNK, "Posta indesiderata"}, {ROLE_JUNK, "Indesiderata"},
    {ROLE_ARCHIVE, "Archivio"}, {ROLE_ALL, "Tutti i messaggi"},
    {ROLE_FLAGGED, "Speciali"},
    /* Portuguese */
    {ROLE_SENT, "Itens enviados"}, {ROLE_SENT, "Mensagens enviadas"},
    {ROLE_SENT, "E-mails enviados"}, {ROLE_DRAFTS, "Rascunhos"},
    {ROLE_TRASH, "Lixeira"}, {ROLE_TRASH, "Lixo"},
    {ROLE_TRASH, "Itens excluídos"}, {ROLE_TRASH, "Itens eliminados"},
    {ROLE_JUNK, "Lixo eletrônico"}, {ROLE_JUNK, "Lixo eletrónico"},
    {ROLE_ARCHIVE, "Arquivo"}, {ROLE_ARCHIVE, "Arquivo morto"},
    {ROLE_ALL, "Todos os e-mails"}, {ROLE_FLAGGED, "Com estrela"},
    /* Dutch */
    {ROLE_SENT, "Verzonden"}, {ROLE_SENT, "Verzonden items"},
    {ROLE_SENT, "Verzonden berichten"}, {ROLE_DRAFTS, "Concepten"},
    {ROLE_TRASH, "Prullenbak"}, {ROLE_TRASH, "Verwijderde items"},
    {ROLE_JUNK, "Ongewenste e-mail"}, {ROLE_JUNK, "Ongewenst"},
    {ROLE_ARCHIVE, "Archief"}, {ROLE_ALL, "Alle berichten"},
    {ROLE_FLAGGED, "Met ster"},
    /* Polish */
    {ROLE_SENT, "Wysłane"}, {ROLE_SENT, "Elementy wysłane"},
    {ROLE_DRAFTS, "Szkice"}, {ROLE_DRAFTS, "Kopie robocze"},
    {ROLE_DRAFTS, "Wersje robocze"}, {ROLE_TRASH, "Kosz"},
    {ROLE_TRASH, "Elementy usunięte"}, {ROLE_JUNK, "Wiadomości-śmieci"},
    {ROLE_JUNK, "Niechciane"}, {ROLE_ARCHIVE, "Archiwum"},
    {ROLE_ALL, "Wszystkie"},
    /* Czech, Hungarian, Romanian, Turkish, Greek, Ukrainian */
    {ROLE_SENT, "Odeslané"}, {ROLE_SENT, "Odeslaná pošta"},
    {ROLE_DRAFTS, "Koncepty"}, {ROLE_TRASH, "Koš"},
    {ROLE_TRASH, "Odstraněná pošta"}, {ROLE_JUNK, "Nevyžádaná pošta"},
    {ROLE_SENT, "Elküldött elemek"}, {ROLE_SENT, "Elküldött"},
    {ROLE_DRAFTS, "Piszkozatok"}, {ROLE_TRASH, "Kuka"},
    {ROLE_TRASH, "Törölt elemek"}, {ROLE_JUNK, "Levélszemét"},
    {ROLE_SENT, "Trimise"}, {ROLE_SENT, "Elemente trimise"},
    {ROLE_DRAFTS, "Ciorne"}, {ROLE_TRASH, "Coș de gunoi"},
    {ROLE_SENT, "Gönderilmiş Öğeler"}, {ROLE_SENT, "Gönderilmiş Postalar"},
    {ROLE_DRAFTS, "Taslaklar"}, {ROLE_TRASH, "Çöp Kutusu"},
    {ROLE_TRASH, "Silinmiş Öğeler"}, {ROLE_JUNK, "Gereksiz"},
    {ROLE_ARCHIVE, "Arşiv"}, {ROLE_SENT, "Απεσταλμένα"},
    {ROLE_DRAFTS, "Πρόχειρα"}, {ROLE_TRASH, "Κάδος απορριμμάτων"},
    {ROLE_SENT, "Надіслані"}, {ROLE_DRAFTS, "Чернетки"},
    {ROLE_TRASH, "Кошик"}, {ROLE_JUNK, "Небажана пошта"},
    /* Russian */
    {ROLE_SENT, "Отправленные"},
    {ROLE_DRAFTS, "Черновики"}, {ROLE_TRASH, "Корзина"},
    {ROLE_TRASH, "Удаленные"}, {ROLE_TRASH, "Удалённые"},
    {ROLE_JUNK, "Спам"}, {ROLE_JUNK, "Нежелательная почта"},
    {ROLE_ARCHIVE, "Архив"}, {ROLE_ALL, "Вся почта"},
    {ROLE_FLAGGED, "Помеченные"},
    /* Swedish, Danish, Norwegian, Finnish */
    {ROLE_SENT, "Skickat"}, {ROLE_SENT, "Skickade objekt"},
    {ROLE_SENT, "Skickade meddelanden"}, {ROLE_DRAFTS, "Utkast"},
    {ROLE_TRASH, "Papperskorgen"}, {ROLE_TRASH, "Borttagna objekt"},
    {ROLE_JUNK, "Skräppost"}, {ROLE_ARCHIVE, "Arkiv"},
    {ROLE_SENT, "Sendt"}, {ROLE_SENT, "Sendt post"},
    {ROLE_SENT, "Sendte elementer"}, {ROLE_DRAFTS, "Kladder"},
    {ROLE_DRAFTS, "Udkast"}, {ROLE_TRASH, "Papirkurv"},
    {ROLE_TRASH, "Slettet post"}, {ROLE_TRASH, "Slettede elementer"},
    {ROLE_JUNK, "Uønsket post"}, {ROLE_JUNK, "Uønsket mail"},
    {ROLE_DRAFTS, "Utkast"}, {ROLE_TRASH, "Papirkurven"},
    {ROLE_JUNK, "Søppelpost"}, {ROLE_SENT, "Lähetetyt"},
    {ROLE_DRAFTS, "Luonnokset"}, {ROLE_TRASH, "Roskakori"},
    {ROLE_JUNK, "Roskaposti"}, {ROLE_ARCHIVE, "Arkisto"},
    /* Japanese, Chinese (simplified, traditional), Korean */
    {ROLE_SENT, "送信済み"}, {ROLE_SENT, "送信済みアイテム"},
    {ROLE_SENT, "送信済みトレイ"}, {ROLE_SENT, "送信済みメール"},
    {ROLE_DRAFTS, "下書き"}, {ROLE_TRASH, "ゴミ箱"}, {ROLE_TRASH, "ごみ箱"},
    {ROLE_TRASH, "削除済みアイテム"}, {ROLE_JUNK, "迷惑メール"},
    {ROLE_ARCHIVE, "アーカイブ"}, {ROLE_ALL, "すべてのメール"},
    {ROLE_FLAGGED, "スター付き"},
    {ROLE_SENT, "已发送"}, {ROLE_SENT, "已发送邮件"},
    {ROLE_DRAFTS, "草稿"}, {ROLE_DRAFTS, "草稿箱"}, {ROLE_DRAFTS, "草稿夹"},
    {ROLE_TRASH, "已删除"}, {ROLE_TRASH, "已删除邮件"},
    {ROLE_TRASH, "垃圾箱"}, {ROLE_TRASH, "回收站"},
    {ROLE_JUNK, "垃圾邮件"}, {ROLE_ARCHIVE, "存档"}, {ROLE_ARCHIVE, "归档"},
    {ROLE_ALL, "所有邮件"}, {ROLE_FLAGGED, "已加星标"},
    {ROLE_SENT, "寄件備份"}, {ROLE_TRASH, "垃圾桶"},
    {ROLE_TRASH, "刪除的郵件"}, {ROLE_JUNK, "垃圾郵件"},
    {ROLE_ARCHIVE, "封存"}, {ROLE_ALL, "所有郵件"},
    {ROLE_SENT, "보낸편지함"}, {ROLE_SENT, "보낸 편지함"},
    {ROLE_DRAFTS, "임시보관함"}, {ROLE_TRASH, "휴지통"},
    {ROLE_JUNK, "스팸함"}, {ROLE_JUNK, "정크 메일"},
};
/* clang-format on */

static enum folder_role
role_of_attribute(const char *word, size_t n)
{
	const struct role_name *a = attributes;

	for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
		if (strlen(a[i].name) == n &&
		    strncasecmp(a[i].name, word, n) == 0)
			return a[i].role;
	return ROLE_NONE;
}

/* Character by character, so that most rows are left at their first. */
static bool
same_ignoring_case(const char *a, const char *b, size_t n)
{
	size_t i = 0, len = strlen(b), j = 0;
	int32_t x, y;

	while (i < n && j < len) {
		i += utf8_next(a + i, n - i, &x);
		j += utf8_next(b + j, len - j, &y);
		if (x != y && utf8proc_tolower(x) != utf8proc_tolower(y))
			return false;
	}
	return i == n && j == len;
}

static bool
is_own_place(const char *path, size_t n, char delim)
{
	return n == 0 || same_ignoring_case(path, "INBOX", n) ||
	       same_ignoring_case(path, "Mail", n) ||
	       (path[0] == '[' && path[n - 1] == ']' &&
		   !memchr(path, delim, n));
}

enum folder_role
role_of(const char *attrs, const char *name, char delim)
{
	enum folder_role role;
	const char *p, *last;
	size_t n;

	if (strcasecmp(name, "INBOX") == 0)
		return ROLE_INBOX;
	for (p = attrs ? attrs : ""; *p; p += n) {
		p += strspn(p, " ()");
		n = strcspn(p, " ()");
		role = role_of_attribute(p, n);
		if (role != ROLE_NONE)
			return role;
	}
	last = delim ? strrchr(name, delim) : NULL;
	if (last && !is_own_place(name, (size_t)(last - name), delim))
		return ROLE_NONE;
	last = last ? last + 1 : name;
	n = strlen(last);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (same_ignoring_case(last, names[i].name, n))
			return names[i].role;
	return ROLE_NONE;
}
